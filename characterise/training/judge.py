"""Logits of sites that a model did not see: by group, by family, and from simulation alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from characterise.calibration import bounds, scaled, widening
from characterise.model import ClassModel
from characterise.training.fit import N_FOLDS, Rows, class_model, families, rows_of
from characterise.training.table import Table
from characterise.training.weights import SIMULATED

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trained:
    """A class's model and what fits without them made of its rows, all calibrated logits."""

    model: ClassModel
    rows: Index
    """(N,) labelled rows of the table, training or not, assets too small to be seen left out."""
    grouped: Array
    """(N,) trees and calibration without the row's fold."""
    lower: Array
    """(N,) lower bound of ``grouped``, for judging the tiers."""
    by_family: Array
    """(N,) trees without the row's family and whatever shares a home or trace with it."""
    simulated_only: Array
    """(N,) trees and calibration of simulated sites alone; NaN for those."""
    faint: Index
    """(F,) rows whose asset is too small to be seen."""
    faint_told: tuple[Array, Array, Array]
    """(F,) their logits as ``grouped``, ``by_family`` and ``simulated_only``."""


def train_class(table: Table, place: int) -> Trained:
    """Fit, calibrate and judge the class at ``place`` of `ASSET_CLASSES`."""
    rows = rows_of(table, place)
    model, raw = class_model(rows)
    grouped = _cross_calibrated(rows, raw)
    spread = np.hypot(model.fit_sd, model.transfer_sd) * widening(rows.sites["days"].to_numpy())
    by_family, simulated_only = _by_family(rows, model), _simulated_only(rows)
    seen, faint = ~rows.faint, rows.faint
    return Trained(
        model=model,
        rows=rows.at[seen],
        grouped=grouped[seen],
        lower=bounds(model, grouped, spread)[0][seen],
        by_family=by_family[seen],
        simulated_only=simulated_only[seen],
        faint=rows.at[faint],
        faint_told=(grouped[faint], by_family[faint], simulated_only[faint]),
    )


def _cross_calibrated(rows: Rows, raw: Array) -> Array:
    out = np.full(len(raw), np.nan)
    for number in range(N_FOLDS):
        mine = rows.fold == number
        use = rows.may_train & np.isfinite(raw) & ~mine
        if mine.any() and 0 < rows.label[use].sum() < use.sum():
            out[mine] = scaled(
                raw[mine], *rows.calibrate(raw, use), rows.short[mine], rows.cover[mine]
            )
    return out


def _by_family(rows: Rows, model: ClassModel) -> Array:
    out = np.full(len(rows.label), np.nan)
    for mine in families(rows):
        part = rows.fit(rows.without(mine))
        if part is not None:
            raw = part.logit(rows.values[mine])
            form = model.slope, model.offset, model.unseen
            out[mine] = scaled(raw, *form, rows.short[mine], rows.cover[mine])
    return out


def _simulated_only(rows: Rows) -> Array:
    out = np.full(len(rows.label), np.nan)
    made = np.asarray((rows.sites["source"] == SIMULATED).to_numpy())
    part = rows.fit(made)
    raw = np.full(len(rows.label), np.nan)
    for number in range(N_FOLDS):
        mine = made & (rows.fold == number)
        held = rows.fit(made & (rows.fold != number))
        if held is not None and mine.any():
            raw[mine] = held.logit(rows.values[mine])
    use = made & np.isfinite(raw)
    if part is not None and 0 < rows.label[use].sum() < use.sum():
        form = rows.calibrate(raw, use)
        out[~made] = scaled(
            part.logit(rows.values[~made]), *form, rows.short[~made], rows.cover[~made]
        )
    return out
