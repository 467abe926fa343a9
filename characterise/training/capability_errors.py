"""What capability figures missed by, against the sub-meter: the error model and its check."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.capability.error_model import LEVELS, ErrorModel, difficulty
from characterise.capability.history import History, histories, history
from characterise.capability.tables import parameters
from characterise.frames import STATISTICS
from characterise.meter_cube import MeterCube
from characterise.signatures import Attribution, attribute
from characterise.training.corpus import LABEL, Batch
from characterise.training.folds import clusters, folds
from characterise.training.sub_meters import signed_truth
from characterise.training.weights import SHARES

Array = npt.NDArray[np.float64]

MISSES: Final = pl.Schema(
    {
        "mpan": pl.String,
        "source": pl.String,
        "family": pl.String,
        "group_id": pl.String,
        "trace_id": pl.String,
        "premises": pl.String,
        "may_train": pl.Boolean,
        "asset_class": pl.String,
        "parameter": pl.String,
        "statistic": pl.String,
        "value": pl.Float64,
        "truth": pl.Float64,
        "difficulty": pl.Float64,
    }
)
LEAST_SITES: Final = 20
LEAST_ERROR: Final = 0.005
"""Added to every error on the log scale, so that a lucky hit does not tilt the line."""
N_FOLDS: Final = 5


def misses(batches: Iterable[Batch], source: str) -> pl.DataFrame:
    """`MISSES`: every statistic of every sub-metered asset, the class given as present."""
    parts = [part for batch in batches if batch.submeters.height for part in _of(batch, source)]
    return pl.concat([MISSES.to_frame(), *parts])


def _of(batch: Batch, source: str) -> Iterable[pl.DataFrame]:
    cube = batch.cube
    truths = {
        name: signed_truth(cube, batch.submeters, LABEL[name].removeprefix("has_"))
        for name in ASSET_CLASSES
    }
    present = np.zeros((cube.n_meters, len(ASSET_CLASSES)), dtype=bool)
    for place, name in enumerate(ASSET_CLASSES):
        present[[row for row, one in truths[name].items() if np.nanmax(np.abs(one)) > 0], place] = 1
    parts = attribute(cube, present, batch.signals)
    truth_of = {part.asset_class: _true(cube, part, truths) for part in parts if part.rows.size}
    for seen in histories(cube, parts):
        true = truth_of[seen.asset_class]
        # The sub-meter's last year as it is: a change that is only imagined counts as an error.
        whole = history(cube, true, [[] for _ in true.rows])
        yield _compared(batch, source, seen, whole)


def _true(cube: MeterCube, part: Attribution, truths: dict[str, dict[int, Array]]) -> Attribution:
    truth = truths[part.asset_class]
    power = np.stack([truth[row] for row in part.rows.tolist()]).astype(np.float32)
    power[np.isnan(cube.net_kw[part.rows])] = np.nan
    zero = np.float32(0)
    return Attribution(
        part.asset_class, part.rows, np.maximum(power, zero), np.maximum(-power, zero)
    )


def _compared(batch: Batch, source: str, seen: History, true: History) -> pl.DataFrame:
    told, meant = parameters(seen), parameters(true)
    facts = batch.sites[seen.rows].select("mpan", "family", "group_id", "trace_id", "premises")
    open_ = (batch.sites["licence_class"] == "open")[seen.rows]
    parts = []
    for parameter, spread in told.items():
        value = spread.value.astype(np.float64)
        hard = difficulty(value, spread.lower, spread.upper)
        for place, statistic in enumerate(STATISTICS):
            parts.append(
                facts.with_columns(
                    pl.lit(source).alias("source"),
                    open_.alias("may_train"),
                    pl.lit(seen.asset_class).alias("asset_class"),
                    pl.lit(parameter).alias("parameter"),
                    pl.lit(statistic).alias("statistic"),
                    pl.Series("value", value[:, place]),
                    pl.Series("truth", meant[parameter].value[:, place].astype(np.float64)),
                    pl.Series("difficulty", hard[:, place]),
                )
            )
    both = pl.concat(parts).filter(
        (pl.col("value") > 0) & (pl.col("truth") > 0),
        pl.col("value").is_not_nan() & pl.col("truth").is_not_nan(),
    )
    return both.select(MISSES.names()).cast(dict(MISSES))  # type: ignore[arg-type]


def error_model(found: pl.DataFrame) -> ErrorModel:
    """Quantiles of the scores of the rows of `MISSES` that may train."""
    middles: dict[str, float] = {}
    powers: dict[str, float] = {}
    reach: dict[str, tuple[float, float]] = {}
    scores: dict[str, Array] = {}
    keys = ("asset_class", "parameter", "statistic")
    for (name, parameter, statistic), part in (
        found.filter(pl.col("may_train")).sort("mpan").group_by(*keys, maintain_order=True)
    ):
        if part.height >= LEAST_SITES:
            key, weight = f"{name}/{parameter}/{statistic}", _weights(part)
            missed = np.log(part["truth"].to_numpy() / part["value"].to_numpy())
            levels = _quantiles(missed, weight)
            middles[key] = float(levels[len(LEVELS) // 2])
            reach[key] = float(levels[1]), float(levels[-2])
            hard = part["difficulty"].to_numpy()
            powers[key] = _power(np.abs(missed - middles[key]), hard, weight)
            scored = (missed - middles[key]) / hard ** powers[key]
            scores[key] = _quantiles(scored, weight)
    return ErrorModel(middles, powers, reach, scores)


def _power(error: Array, hard: Array, weight: Array) -> float:
    """Slope of the logarithm of error on that of difficulty, from none to one."""
    x, y = np.log(hard), np.log(error + LEAST_ERROR)
    x, y = x - np.dot(weight, x), y - np.dot(weight, y)
    spread = float(np.dot(weight, x * x))
    return float(np.clip(np.dot(weight, x * y) / spread, 0.0, 1.0)) if spread > 1e-9 else 0.0


def _weights(part: pl.DataFrame) -> Array:
    """Sources by their shares, as in presence."""
    source = part["source"].to_numpy()
    out = np.zeros(len(source))
    for name, share in SHARES.items():
        here = source == name
        if here.any():
            out[here] = share * here.sum() / (here.sum() + LEAST_SITES) / here.sum()
    return np.asarray(out / out.sum())


def _quantiles(score: Array, weight: Array) -> Array:
    """Weighted quantiles at `LEVELS`, one more site counted beyond either end."""
    order = np.argsort(score, kind="stable")
    mass = weight[order]
    one_more = float((mass**2).sum())
    reached = (np.cumsum(mass) - 0.5 * mass) * (1 - one_more) + 0.5 * one_more
    return np.asarray(np.interp(LEVELS, reached, score[order]))


def checked(found: pl.DataFrame) -> pl.DataFrame:
    """`MISSES` with what an error model without the row's fold said: lower, upper, near."""
    number = folds(clusters(found), found["mpan"].to_list(), N_FOLDS)
    out = []
    for fold in range(N_FOLDS):
        mine = found.filter(pl.Series(number == fold))
        model = error_model(found.filter(pl.Series(number != fold)))
        for (name, parameter), part in mine.group_by(
            "asset_class", "parameter", maintain_order=True
        ):
            out.append(_stated(part, model, str(name), str(parameter)))
    return pl.concat(out)


def _stated(part: pl.DataFrame, model: ErrorModel, name: str, parameter: str) -> pl.DataFrame:
    parts = []
    for place, statistic in enumerate(STATISTICS):
        rows = part.filter(pl.col("statistic") == statistic)
        value = np.repeat(rows["value"].to_numpy()[:, None], len(STATISTICS), axis=1)
        hard = np.repeat(rows["difficulty"].to_numpy()[:, None], len(STATISTICS), axis=1)
        told = model.state(name, parameter, value, hard)
        parts.append(
            rows.with_columns(
                pl.Series("lower", told.lower[:, place].astype(np.float64)),
                pl.Series("upper", told.upper[:, place].astype(np.float64)),
                pl.Series("near", told.near[:, place]),
            )
        )
    return pl.concat(parts)
