"""From a table of labelled rows to one calibrated model a class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.calibration import cover_of, scaled
from characterise.model import ClassModel
from characterise.model.trees import Trees
from characterise.signatures import SIGNATURES
from characterise.training.boosting import fit_trees
from characterise.training.calibrate import platt, venn_abers
from characterise.training.folds import clusters, folds
from characterise.training.table import Table
from characterise.training.weights import OVERLAY, REAL, weights

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]

N_FOLDS: Final = 5
LEAST_A_SIDE: Final = 3
LARGE_FAMILY: Final = 30
"""Rows of real backgrounds from which a family tells how far families lie apart."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What one class is learnt from: its labelled rows."""

    place: int
    at: Index
    """(N,) rows of the table."""
    sites: pl.DataFrame
    label: Array
    """(N,) 1 where the class is there, seen or not."""
    faint: Flags
    """(N,) it is there and too small to be seen: no tree learns from it, every calibration counts
    it."""
    values: Array
    """(N, F) features that may be weighed."""
    short: Array
    cover: Array
    """(N,) of `characterise.calibration.cover_of`."""
    may_train: Flags
    whole: Flags
    cluster: Index
    fold: Index

    def fit(self, use: Flags) -> Trees | None:
        """Trees of the rows ``use``; None where one side has next to nothing."""
        use = use & ~self.faint
        label = self.label[use]
        if min(label.sum(), (1 - label).sum()) < LEAST_A_SIDE:
            return None
        weight = weights(self.sites.filter(pl.Series(use)), label)
        heard = weight > 0
        return fit_trees(self.values[use][heard], label[heard], weight[heard], _signs(self.place))

    def calibrate(self, raw: Array, use: Flags) -> tuple[Array, Array, Array]:
        """Platt's slope and offset, and the floor, by the raw logits ``use`` of rows not seen."""
        weight = weights(self.sites.filter(pl.Series(use)), self.label[use])
        return platt(raw[use], self.label[use], weight, self.short[use], self.cover[use])

    def without(self, away: Flags) -> Flags:
        """(N,) rows to train on that share no home, building or trace with the rows ``away``."""
        touched = np.isin(self.cluster, np.unique(self.cluster[away]))
        return np.asarray(self.may_train & ~away & ~touched)


def rows_of(table: Table, place: int) -> Rows:
    """The rows of the class at ``place`` of `ASSET_CLASSES`."""
    signature = SIGNATURES[place]
    values = table.features[place][:, [sign != 0 for sign in SIGNATURES[place].signs]]
    faint = table.faint[:, place]
    label = np.where(faint, 1.0, table.labels[:, place])
    at = np.flatnonzero(np.isfinite(label) & np.isfinite(values).any(axis=1))
    sites = table.sites[at]
    cluster = clusters(sites)
    return Rows(
        place=place,
        at=at,
        sites=sites,
        label=label[at],
        faint=faint[at],
        values=values[at],
        short=table.short[at],
        cover=cover_of(signature.asset_class, table.features[place][at], signature.feature_names),
        may_train=table.may_train[at],
        whole=table.whole[at],
        cluster=cluster,
        fold=folds(cluster, sites["mpan"].to_list(), N_FOLDS),
    )


def class_model(rows: Rows) -> tuple[ClassModel, Array]:
    """The model of a class, and the (N,) raw logits of its rows by trees that did not see them."""
    parts = [rows.fit(rows.may_train & (rows.fold != number)) for number in range(N_FOLDS)]
    raw = np.full(len(rows.label), np.nan)
    for number, part in enumerate(parts):
        mine = rows.fold == number
        raw[mine] = part.logit(rows.values[mine]) if part is not None else np.nan
    final = rows.fit(rows.may_train)
    use = rows.may_train & np.isfinite(raw)
    if final is None or not use.any():
        name = SIGNATURES[rows.place].asset_class
        raise ValueError(f"too few labelled sites to learn {name} from")
    slope, offset, unseen = rows.calibrate(raw, use)
    logit = scaled(raw, slope, offset, unseen, rows.short, rows.cover)
    weight = weights(rows.sites.filter(pl.Series(use)), rows.label[use])
    knots, least, most = venn_abers(logit[use], rows.label[use], weight)
    names = SIGNATURES[rows.place].feature_names
    kept = tuple(
        name for name, sign in zip(names, SIGNATURES[rows.place].signs, strict=True) if sign != 0
    )
    return ClassModel(
        asset_class=SIGNATURES[rows.place].asset_class,
        features=kept,
        trees=final,
        slope=slope,
        offset=offset,
        unseen=unseen,
        knots=knots,
        least=least,
        most=most,
        fit_sd=float(slope[0] * _jackknife(rows, [part for part in parts if part is not None])),
        transfer_sd=_transfer(rows, slope, offset, unseen),
        n_positive=int(rows.label[rows.may_train & rows.whole & ~rows.faint].sum()),
        n_negative=int((1 - rows.label)[rows.may_train & rows.whole].sum()),
    ), raw


def _signs(place: int) -> list[int]:
    return [sign for sign in SIGNATURES[place].signs if sign != 0]


def _jackknife(rows: Rows, parts: list[Trees]) -> float:
    """Spread of the raw logit by leaving a fold out (Tukey), root mean square over real rows."""
    told = np.stack([part.logit(rows.values[rows.whole]) for part in parts])
    share = (len(parts) - 1) / len(parts)
    variance = share * ((told - told.mean(axis=0)) ** 2).sum(axis=0)
    return float(np.sqrt(np.median(variance)))


def _transfer(rows: Rows, slope: Array, offset: Array, unseen: Array) -> float:
    """Root mean square shift of large families' logits when the family is left out."""
    shifts = []
    for mine in families(rows):
        if mine.sum() >= LARGE_FAMILY:
            part = rows.fit(rows.without(mine))
            if part is not None:
                raw = part.logit(rows.values[mine])
                logit = scaled(raw, slope, offset, unseen, rows.short[mine], rows.cover[mine])
                weight = weights(rows.sites.filter(pl.Series(mine)), rows.label[mine])
                shifts.append(_shift(logit, rows.label[mine], weight))
    return float(np.sqrt(np.mean(np.square(shifts)))) if shifts else 1.0


def families(rows: Rows) -> Iterator[Flags]:
    """(N,) rows on real boundaries of each family, laid upon or not."""
    family = rows.sites["family"].to_numpy()
    background = np.isin(rows.sites["source"].to_numpy(), (REAL, OVERLAY))
    for name in np.unique(family[background]):
        yield np.asarray(background & (family == name))


def _shift(logit: Array, label: Array, weight: Array) -> float:
    """Offset that makes a family's labels likeliest under a standard normal prior."""
    weight = weight * (weight.sum() / (weight**2).sum())
    delta = 0.0
    for _ in range(30):
        chance = 0.5 * (1 + np.tanh(0.5 * (logit + delta)))
        gradient = (weight * (label - chance)).sum() - delta
        curve = (weight * chance * (1 - chance)).sum() + 1
        delta += float(np.clip(gradient / curve, -1, 1))
    return delta
