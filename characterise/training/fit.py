"""From a table of labelled sites to one calibrated model a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import EV_CHARGER
from characterise.model import ClassModel
from characterise.presence import logit_of, widening
from characterise.signatures import SIGNATURES
from characterise.training.corpus import SIMULATED
from characterise.training.folds import clusters, folds
from characterise.training.logistic import CUT, Fit, fit, platt
from characterise.training.table import Table

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]

N_FOLDS: Final = 5
RESAMPLES: Final = 100
"""Resamples of whole clusters for the calibration's covariance."""
APART_BY_SIZE: Final = (EV_CHARGER,)
"""Classes that weigh large sites by figures of their own, and so need them balanced apart."""
LONE_SHARE: Final = 0.25
"""Weight left to a stratum that has one side only: it says little on the difference."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A class's model and the logits of sites that it did not see, calibrated."""

    model: ClassModel
    rows: Index
    """(K,) labelled rows of the table, training or not."""
    grouped: Array
    """(K,) logit of each by a fit and calibration without its cluster's fold."""
    by_family: Array
    """(K,) logit of each by a fit without its family; NaN where that left one side empty."""
    spread: Array
    """(K,) standard deviation of the final model's logit, for judging the tiers."""


def weights(sites: pl.DataFrame, label: Array) -> Array:
    """(N,) balanced: both sides alike, simulated half, families by the root of their size.

    Balanced within each ``stratum`` of the sites apart, where both sides have some: otherwise the
    stratum alone would pass for evidence, since whole families of large sites have one label.
    """
    family = sites["family"].to_numpy()
    stratum = sites["stratum"].to_numpy()
    out = np.zeros(len(label))
    for number in np.unique(stratum):
        here = stratum == number
        sides = [_side(family, here & (label == side)) for side in (0.0, 1.0)]
        share = here.mean() * (1.0 if all(side.any() for side in sides) else LONE_SHARE)
        out += share * (sides[0] + sides[1])
    for side in (0.0, 1.0):
        mine = label == side
        out[mine] /= max(out[mine].sum(), 1e-12)
    return out


def _side(family: npt.NDArray[np.str_], mine: Flags) -> Array:
    """(N,) weights of one side that sum to one, zero elsewhere."""
    out = np.zeros(len(family))
    made = family == SIMULATED
    kinds = [kind for kind in (mine & made, mine & ~made) if kind.any()]
    for kind in kinds:
        part = np.zeros(len(family))
        for name in np.unique(family[kind]):
            own = kind & (family == name)
            part[own] = own.sum() ** -0.5
        out += part / part.sum() / len(kinds)
    return out


def train_class(table: Table, place: int) -> Trained:
    """Fit, calibrate and judge the class at ``place`` of `ASSET_CLASSES`."""
    signature = SIGNATURES[place]
    used = np.array([sign != 0 for sign in signature.signs])
    signs = np.array([sign for sign in signature.signs if sign != 0], dtype=np.float64)
    label = table.labels[:, place]
    values = table.features[place][:, used]
    rows = np.flatnonzero(np.isfinite(label) & np.isfinite(values).any(axis=1))
    apart = signature.asset_class in APART_BY_SIZE
    stratum = pl.col("large").cast(pl.Int32) if apart else pl.lit(0)
    sites = table.sites[rows].with_columns(stratum.alias("stratum"))
    label, values = label[rows], values[rows]
    may_train = (sites["licence_class"] == "open").to_numpy()
    cluster = clusters(sites)
    fold = folds(cluster, sites["mpan"].to_list(), N_FOLDS)
    raw = _out_of_fold(values, label, sites, may_train, fold=fold, signs=signs)
    slope, offset, spread = _calibrate(raw, label, sites, may_train, cluster)
    grouped = _cross_calibrated(raw, label, sites, may_train, fold)
    by_family, shifts = _leave_families_out(
        values, label, sites, may_train, signs=signs, scaling=(slope, offset)
    )
    final = _fit(values, label, sites, may_train, signs)
    names = tuple(name for name, kept in zip(signature.feature_names, used, strict=True) if kept)
    model = ClassModel(
        asset_class=signature.asset_class,
        features=names,
        centre=final.scaling.centre,
        scale=final.scaling.scale,
        cut=CUT,
        weights=final.weights,
        intercept=final.intercept,
        covariance=final.covariance,
        slope=slope,
        offset=offset,
        calibration=spread,
        transfer_sd=float(np.sqrt(np.mean(shifts**2))) if shifts.size else 1.0,
        n_positive=int(label[may_train].sum()),
        n_negative=int((1 - label[may_train]).sum()),
    )
    _, reach = logit_of(model, table.features[place][rows], signature.feature_names)
    reach = reach * widening(sites["days"].to_numpy())
    return Trained(model, rows, grouped, by_family, reach)


def _fit(values: Array, label: Array, sites: pl.DataFrame, rows: Flags, signs: Array) -> Fit:
    part = sites.filter(pl.Series(rows))
    return fit(values[rows], label[rows], weights(part, label[rows]), signs)


def _two_sided(label: Array, rows: Flags) -> bool:
    return bool(label[rows].sum() >= 3 and (1 - label[rows]).sum() >= 3)


def _out_of_fold(
    values: Array,
    label: Array,
    sites: pl.DataFrame,
    may_train: Flags,
    *,
    fold: Index,
    signs: Array,
) -> Array:
    out = np.full(len(label), np.nan)
    for number in np.unique(fold):
        train = may_train & (fold != number)
        if _two_sided(label, train):
            out[fold == number] = _fit(values, label, sites, train, signs).logit(
                values[fold == number]
            )
    return out


def _calibrate(
    raw: Array, label: Array, sites: pl.DataFrame, may_train: Flags, cluster: Index
) -> tuple[float, float, Array]:
    """Platt's slope and offset, with their covariance by resampling whole clusters."""
    use = may_train & np.isfinite(raw)
    part = sites.filter(pl.Series(use))
    z, y, group = raw[use], label[use], cluster[use]
    slope, offset = platt(z, y, weights(part, y))
    draw = np.random.default_rng(20261120)
    names, inverse = np.unique(group, return_inverse=True)
    found = []
    for _ in range(RESAMPLES):
        count = np.bincount(draw.integers(0, len(names), len(names)), minlength=len(names))
        times = count[inverse].astype(np.float64)
        kept = times > 0
        if _two_sided(y, kept):
            again = weights(part.filter(pl.Series(kept)), y[kept]) * times[kept]
            found.append(platt(z[kept], y[kept], again))
    spread = np.cov(np.array(found).T) if len(found) > 2 else np.eye(2)
    return slope, offset, np.asarray(spread)


def _cross_calibrated(
    raw: Array, label: Array, sites: pl.DataFrame, may_train: Flags, fold: Index
) -> Array:
    """Logits calibrated by the other folds' out-of-fold logits."""
    out = np.full(len(raw), np.nan)
    for number in np.unique(fold):
        use = may_train & np.isfinite(raw) & (fold != number)
        if _two_sided(label, use):
            part = weights(sites.filter(pl.Series(use)), label[use])
            slope, offset = platt(raw[use], label[use], part)
            out[fold == number] = slope * raw[fold == number] + offset
    return out


def _leave_families_out(
    values: Array,
    label: Array,
    sites: pl.DataFrame,
    may_train: Flags,
    *,
    signs: Array,
    scaling: tuple[float, float],
) -> tuple[Array, Array]:
    """Logits without each site's family, and how far each family then lay off.

    A family's shift is the offset that makes its own labels likeliest under a standard normal
    prior, so that families of few sites say little.
    """
    family = sites["family"].to_numpy()
    out = np.full(len(label), np.nan)
    shifts = []
    for name in np.unique(family):
        mine = family == name
        train = may_train & ~mine
        if not _two_sided(label, train):
            continue
        logit = scaling[0] * _fit(values, label, sites, train, signs).logit(values[mine])
        out[mine] = logit + scaling[1]
        shifts.append(_shift(out[mine], label[mine]))
    return out, np.array(shifts)


def _shift(logit: Array, label: Array) -> float:
    delta = 0.0
    for _ in range(30):
        chance = 0.5 * (1 + np.tanh(0.5 * (logit + delta)))
        gradient = (label - chance).sum() - delta
        delta += float(np.clip(gradient / ((chance * (1 - chance)).sum() + 1), -1, 1))
    return delta
