"""Whether a classifier can tell simulated boundaries from real ones of the same kind.

An AUC of 0.5 says that nothing in `likeness.NAMES` gives the simulator away, 1.0 that one look
suffices. Folds keep every home, building and trace together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold

from characterise.training.figures import auc
from characterise.training.likeness import NAMES, SLOTS, load_statistics

Array = npt.NDArray[np.float64]

N_FOLDS: Final = 5
REPEATS: Final = 5
_LEAST_DAYS: Final = 120


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Statistics of a set of boundaries.

    Parameters
    ----------
    names
        Meter points.
    groups
        What must not be split between folds: a home, a building.
    values
        (N, len(NAMES)) of `likeness.load_statistics`.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    values: Array


@dataclass(frozen=True, slots=True)
class Separability:
    """How well simulated and real boundaries can be told apart.

    Parameters
    ----------
    auc
        Mean of the grouped cross-validated AUC over repeats of the folds.
    low, high
        5th and 95th percentile of the AUC when the scored sites are drawn again.
    telling
        Statistics by how well each alone separates the two: name, its AUC (under 0.5: simulated
        lies higher), real median, simulated median; most telling first.
    """

    n_real: int
    n_simulated: int
    auc: float
    low: float
    high: float
    telling: tuple[tuple[str, float, float, float], ...]


def boundaries(reads: pl.DataFrame, groups: dict[str, str] | None = None) -> Boundaries:
    """Statistics of every meter point of ``reads``.

    Parameters
    ----------
    reads
        mpan, ts_utc, import_kwh, export_kwh (null where there is no register). Each meter point
        is cut to whole UTC days and to its first 366 days.
    groups
        By meter point; without it each stands for itself.
    """
    names, rows = [], []
    for (name,), own in reads.sort("mpan", "ts_utc").group_by("mpan", maintain_order=True):
        table, first = _table(own)
        if len(table) < _LEAST_DAYS:
            continue
        days = first + np.arange(len(table))
        weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
        month = days.astype("datetime64[M]").astype(np.int64) % 12
        names.append(str(name))
        rows.append(load_statistics(table, weekday, month.astype(np.float64)))
    told = groups or {}
    values = np.array(rows).reshape(len(names), len(NAMES))
    return Boundaries(tuple(names), tuple(told.get(name, name) for name in names), values)


def _table(own: pl.DataFrame) -> tuple[Array, np.datetime64]:
    net = own["import_kwh"].cast(pl.Float64) - own["export_kwh"].cast(pl.Float64).fill_null(0.0)
    stamp = own["ts_utc"].dt.replace_time_zone(None).to_numpy().astype("datetime64[m]")
    first = stamp[0].astype("datetime64[D]")
    place = ((stamp - first.astype("datetime64[m]")) // np.timedelta64(30, "m")).astype(np.int64)
    days = min(366, int(place[-1]) // SLOTS + 1)
    table = np.full(days * SLOTS, np.nan)
    inside = place < days * SLOTS
    table[place[inside]] = net.to_numpy()[inside]
    return table.reshape(days, SLOTS), first


def separate(real: Boundaries, simulated: Boundaries, seed: int = 1) -> Separability:
    """Train a forest to tell the two apart and say how well it does on sites it has not seen.

    Notes
    -----
    500 trees of at least three sites a leaf, classes balanced; grouped stratified folds, repeated.
    """
    values = np.vstack([real.values, simulated.values])
    values = np.where(np.isfinite(values), values, np.nanmedian(values, axis=0))
    label = np.r_[np.ones(len(real.names)), np.zeros(len(simulated.names))].astype(np.int64)
    group = np.array([*real.groups, *(f"simulated:{name}" for name in simulated.groups)])
    score = np.zeros(len(label))
    each = []
    for repeat in range(REPEATS):
        own = np.zeros(len(label))
        folds = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=seed + repeat)
        for train, test in folds.split(values, label, group):
            forest = RandomForestClassifier(
                500, min_samples_leaf=3, class_weight="balanced", random_state=seed, n_jobs=1
            )
            forest.fit(values[train], label[train])
            own[test] = forest.predict_proba(values[test])[:, 1]
        each.append(auc(own, label.astype(np.float64)))
        score += own / REPEATS
    draw = np.random.default_rng(seed)
    again = []
    for _ in range(400):
        chosen = draw.integers(0, len(label), len(label))
        if 0 < label[chosen].sum() < len(label):
            again.append(auc(score[chosen], label[chosen].astype(np.float64)))
    low, high = np.quantile(again, (0.05, 0.95))
    return Separability(
        n_real=len(real.names),
        n_simulated=len(simulated.names),
        auc=float(np.mean(each)),
        low=float(low),
        high=float(high),
        telling=_telling(values, label),
    )


def _telling(
    values: Array, label: npt.NDArray[np.int64]
) -> tuple[tuple[str, float, float, float], ...]:
    found = []
    for place, name in enumerate(NAMES):
        own = values[:, place]
        real, made = float(np.median(own[label == 1])), float(np.median(own[label == 0]))
        found.append((name, auc(own, label.astype(np.float64)), real, made))
    return tuple(sorted(found, key=lambda row: -abs(row[1] - 0.5)))
