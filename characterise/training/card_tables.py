"""Tables of the model card: rows of markdown from what training kept aside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import ASSET_CLASSES, BESS, SOLAR_PV
from characterise.capability.error_model import WITHIN
from characterise.model import ClassModel
from characterise.presence import TierRule
from characterise.signatures import SIGNATURES
from characterise.training import figures
from characterise.training.histories import HISTORIES
from characterise.training.judge import Trained
from characterise.training.table import Table
from characterise.training.weights import OVERLAY, REAL, SIMULATED

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SOURCES: Final = (REAL, OVERLAY, SIMULATED)
GIVES: Final = (BESS, SOLAR_PV)
"""Classes that export, which are judged once more without the export register."""
PRESENCE_HEAD: Final = (
    "| class | judged | sites | with | AUC | macro-F1 | recall (Wilson) | specificity (Wilson) "
    "| Brier | ECE |",
    "|---|---|---|---|---|---|---|---|---|---|",
)
HISTORY_HEAD: Final = (
    "| class | judged | 30 days | 91 days | 182 days | all |",
    "|---|---|---|---|---|---|",
)
FAMILY_HEAD: Final = (
    "| class | family | sites | with | with, called | without, called |",
    "|---|---|---|---|---|---|",
)
TIER_HEAD: Final = (
    "| class | judged | high | of them right (Wilson) | medium | of them right (Wilson) |",
    "|---|---|---|---|---|---|",
)


def data(table: Table) -> list[str]:
    """What was judged, by source and family."""
    counts = (
        table.sites.filter(pl.Series(table.whole))
        .group_by("source", "family", "licence_class")
        .agg(pl.len().alias("sites"), pl.col("group_id").n_unique().alias("homes"))
        .sort("source", "family", "licence_class")
    )
    rows = [
        "| source | family | licence class | sites | homes or buildings |",
        "|---|---|---|---|---|",
    ]
    return rows + [f"| {' | '.join(str(cell) for cell in row)} |" for row in counts.iter_rows()]


def weighed(table: Table, result: Trained, part: ClassModel) -> Array:
    """(N, F) features of a class's rows in the order of its trees, whole histories only."""
    place = ASSET_CLASSES.index(part.asset_class)
    columns = [SIGNATURES[place].feature_names.index(name) for name in part.features]
    rows = result.rows[table.whole[result.rows]]
    return np.asarray(table.features[place][rows][:, columns])


def presence(table: Table, place: int, result: Trained) -> Iterator[str]:
    """Rows of `PRESENCE_HEAD`."""
    label = table.labels[result.rows, place]
    told = list(_judged(result))
    views = [(kind, logit, missed, table.whole) for kind, logit, missed in told]
    if ASSET_CLASSES[place] in GIVES:
        bare = table.import_alone
        views += [(f"{kind}, export hidden", z, missed, bare) for kind, z, missed in told[:2]]
    source_of = table.sites["source"].to_numpy()
    for kind, logit, missed, view in views:
        for source in SOURCES:
            shown = view & np.asarray(source_of == source)
            use = shown[result.rows] & np.isfinite(logit)
            if not use.any():
                continue
            z, y = logit[use], label[use]
            faint = missed[shown[result.faint] & np.isfinite(missed)]
            chance = 0.5 * (1 + np.tanh(np.concatenate([z, faint]) / 2))
            there = np.concatenate([y, np.ones(faint.size)])
            yield (
                f"| {ASSET_CLASSES[place]} | {source}, {kind} | {y.size} | {int(y.sum())} "
                f"| {_told(figures.auc(z, y))} | {_told(figures.macro_f1(z >= 0, y))} "
                f"| {_share(z[y == 1] >= 0)} | {_share(z[y == 0] < 0)} "
                f"| {_told(figures.brier(chance, there))} | {_told(figures.ece(chance, there))} |"
            )


def _judged(result: Trained) -> Iterator[tuple[str, Array, Array]]:
    """How sites were judged, their logits, and those of assets too small to be seen."""
    kinds = ("grouped", "family", "simulated only")
    logits = (result.grouped, result.by_family, result.simulated_only)
    yield from zip(kinds, logits, result.faint_told, strict=True)


def by_history(table: Table, place: int, result: Trained) -> Iterator[str]:
    """Rows of `HISTORY_HEAD`."""
    label = table.labels[result.rows, place]
    kept = table.sites["kept"].to_numpy()[result.rows]
    for source in SOURCES:
        cells = []
        for days in (*HISTORIES[1:], HISTORIES[0]):
            use = _of(table, result, source) & (kept == days) & np.isfinite(result.grouped)
            z, y = result.grouped[use], label[use]
            told = f"{_told(figures.macro_f1(z >= 0, y))} ({_told(figures.auc(z, y))})"
            cells.append(told if y.size else "-")
        yield f"| {ASSET_CLASSES[place]} | {source} | {' | '.join(cells)} |"


def by_family(table: Table, place: int, result: Trained) -> Iterator[str]:
    """Rows of `FAMILY_HEAD`."""
    label = table.labels[result.rows, place]
    family = table.sites["family"].to_numpy()[result.rows]
    here = _of(table, result, REAL) & table.whole[result.rows] & np.isfinite(result.by_family)
    for name in np.unique(family[here]):
        use = here & (family == name)
        z, y = result.by_family[use], label[use]
        yield (
            f"| {ASSET_CLASSES[place]} | {name} | {y.size} | {int(y.sum())} "
            f"| {int((z[y == 1] >= 0).sum())} | {int((z[y == 0] >= 0).sum())} |"
        )


def by_tier(table: Table, place: int, result: Trained, rule: TierRule) -> Iterator[str]:
    """Rows of `TIER_HEAD`."""
    label = table.labels[result.rows, place]
    for source in SOURCES:
        use = _of(table, result, source) & np.isfinite(result.grouped)
        if not use.any():
            continue
        z, y = result.grouped[use], label[use]
        high = result.lower[use] > np.log(rule.high_above / (1 - rule.high_above))
        medium = ~high & (z >= np.log(rule.medium_from / (1 - rule.medium_from)))
        yield (
            f"| {ASSET_CLASSES[place]} | {source} | {int(high.sum())} | {_share(y[high] == 1)} "
            f"| {int(medium.sum())} | {_share(y[medium] == 1)} |"
        )


def _of(table: Table, result: Trained, source: str) -> Flags:
    return np.asarray((table.sites["source"] == source).to_numpy()[result.rows])


def capability(found: pl.DataFrame) -> list[str]:
    """What capability figures are worth, out of fold: median over sites of the p90 and maximum."""
    ratio = pl.col("value") / pl.col("truth")
    near = (ratio - 1).abs() <= WITHIN
    rows = (
        found.filter(pl.col("statistic").is_in(("p90", "max")))
        .group_by("asset_class", "parameter", "statistic", "source")
        .agg(
            pl.len().alias("sites"),
            near.mean().alias("within"),
            pl.col("near").mean().alias("stated"),
            ratio.median().alias("ratio"),
            pl.col("truth").is_between("lower", "upper").mean().alias("held"),
        )
        .filter(pl.col("sites") >= 5)
        .sort("asset_class", "parameter", "statistic", "source")
    )
    return [
        "",
        "## Capability against the sub-meter",
        "",
        "The class is given as present; intervals and chances by sites of other folds. `held`: the",
        "share of truths inside the 90 % interval; `stated`: the mean chance of being within 20 %.",
        "",
        "| class | parameter | statistic | judged | sites | within 20 % | stated | median ratio "
        "| held |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {row[0]} | {row[1]} | {row[2]} | {row[3]} | {row[4]} | {row[5]:.2f} | {row[6]:.2f} "
            f"| {row[7]:.2f} | {row[8]:.2f} |"
            for row in rows.iter_rows()
        ),
    ]


def attribution(explained: pl.DataFrame) -> list[str]:
    """Attribution against the real sub-meters, medians over sites."""
    told = ("half_hourly_r2", "daily_r2", "mcc", "energy_error", "mae_kw")
    # A site whose sub-meter never changes has no such figure; it is left out of that median.
    medians = (pl.col(name).fill_nan(None).median() for name in told)
    found = (
        explained.filter(pl.col("mae_kw").is_not_nan())
        .group_by("asset_class", "family", "premises")
        .agg(pl.len().alias("sites"), *medians)
        .sort("asset_class", "family", "premises")
    )
    rows = [
        "",
        "## Attribution against the sub-meter",
        "",
        "The class is given; medians over sites. No weight was fitted to these sub-meters, but the",
        "rules were written and chosen with these figures in view (the battery's energy balance,",
        "the cap on solar), so they are no held-out check.",
        "",
        "| class | family | premises | sites | half-hourly R2 | daily R2 | MCC operating "
        "| energy error | MAE kW |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, family, premises, sites, *figures_of in found.iter_rows():
        cells = " | ".join("-" if value is None else f"{value:.2f}" for value in figures_of)
        rows.append(f"| {name} | {family} | {premises} | {sites} | {cells} |")
    return rows


def _share(right: np.ndarray) -> str:
    if not right.size:
        return "-"
    low, high = figures.wilson(int(right.sum()), right.size)
    return f"{right.mean():.2f} ({low:.2f}-{high:.2f})"


def _told(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"
