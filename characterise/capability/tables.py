"""Capability and observed operation as the frames of the contract."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.capability.availability import Availability, availability
from characterise.capability.duration import duration_h
from characterise.capability.error_model import ErrorModel, difficulty, load_error_model
from characterise.capability.history import History, Side
from characterise.capability.ramp import ramp_kw_per_min
from characterise.capability.rated_capacity import rated_kw
from characterise.capability.spread import Float, Spread
from characterise.frames import AVAILABILITY, CAPABILITY, STATISTICS, TIERS
from characterise.meter_cube import MeterCube
from characterise.presence import Presence
from characterise.settlement import SEASONS


def capability_frame(
    cube: MeterCube,
    histories: Sequence[History],
    presence: Presence,
    errors: ErrorModel | None = None,
) -> pl.DataFrame:
    """Five parameters by five statistics, `characterise.frames.CAPABILITY`.

    Notes
    -----
    The interval is a conformal one of 90 %, and ``probability`` the class's own times the chance
    that the truth lies within 20 % of the value (`characterise.capability.error_model`). The tier
    follows it by the rule for detections, with the class's lower bound in place of its probability
    for *high*, and is never above the detection's.
    """
    parts = []
    errors = errors or load_error_model()
    for held in histories:
        for parameter, spread in parameters(held).items():
            parts.append(_rows(cube, held, parameter, spread, presence, errors))
    return pl.concat([CAPABILITY.to_frame(), *parts])


def availability_frame(
    cube: MeterCube, histories: Sequence[History], presence: Presence
) -> pl.DataFrame:
    """Observed operation by season and half-hour of the week, `characterise.frames.AVAILABILITY`.

    One row for each direction in which the class ever ran, and each season with a day counted.
    """
    parts = []
    for held in histories:
        tier = _tiers(presence, held)
        for side in held.sides:
            clock = cube.clock[held.rows]
            seen = availability(side.power_kw, side.threshold_kw, held.window, cube.clocks, clock)
            parts.append(_weeks(cube, held, side, seen, tier))
    return pl.concat([AVAILABILITY.to_frame(), *parts])


def parameters(held: History) -> dict[str, Spread]:
    """Order statistics of each of `characterise.frames.PARAMETERS`, with sampling intervals."""
    drawn, given = held.sides
    main, n_rows = held.main, len(held.rows)
    up, down = ramp_kw_per_min(main.runs, main.counted, n_rows, held.error_kw)
    return {
        "rated_import_kw": _rated(held, drawn),
        "rated_export_kw": _rated(held, given),
        "duration_h": duration_h(main.runs, main.counted, n_rows),
        "ramp_up_kw_per_min": up,
        "ramp_down_kw_per_min": down,
    }


def _rated(held: History, side: Side) -> Spread:
    return rated_kw(side.power_kw, side.threshold_kw, held.window, side.n_runs, held.error_kw)


def _rows(
    cube: MeterCube,
    held: History,
    parameter: str,
    spread: Spread,
    presence: Presence,
    errors: ErrorModel,
) -> pl.DataFrame:
    some = np.flatnonzero(np.isfinite(spread.value).all(axis=1) & (spread.n_episodes > 0))
    rows = held.rows[some]
    place = ASSET_CLASSES.index(held.asset_class)
    value = spread.value[some].astype(np.float64)
    hard = difficulty(value, spread.lower[some], spread.upper[some])
    told = errors.state(held.asset_class, parameter, value, hard)
    near = np.nan_to_num(told.near)
    probability = near * presence.probability[rows, place][:, None]
    certain = near * presence.lower[rows, place][:, None]
    rule = presence.rule
    tier = np.where(certain > rule.high_above, 0, np.where(probability >= rule.medium_from, 1, 2))
    tier = np.maximum(tier, presence.tier[rows, place][:, None])
    repeats = len(STATISTICS)
    return pl.DataFrame(
        {
            "mpan": pl.Series(cube.mpan).gather(np.repeat(rows, repeats)),
            "asset_class": held.asset_class,
            "parameter": parameter,
            "statistic": pl.Series(list(STATISTICS) * some.size, dtype=pl.String),
            "value": value.ravel(),
            "lower": told.lower.ravel(),
            "upper": told.upper.ravel(),
            "n_episodes": np.repeat(spread.n_episodes[some], repeats),
            "probability": probability.ravel(),
            "tier": pl.Series(TIERS).gather(tier.ravel()),
        }
    ).cast(dict(CAPABILITY))  # type: ignore[arg-type]


def _tiers(presence: Presence, held: History) -> npt.NDArray[np.int8]:
    tier: npt.NDArray[np.int8] = presence.tier[held.rows, ASSET_CLASSES.index(held.asset_class)]
    return tier


def _weeks(
    cube: MeterCube,
    held: History,
    side: Side,
    seen: Availability,
    tier: npt.NDArray[np.int8],
) -> pl.DataFrame:
    row, season = np.nonzero((seen.n_days > 0) & (side.n_runs > 0)[:, None])
    return pl.DataFrame(
        {
            "mpan": pl.Series(cube.mpan).gather(held.rows[row]),
            "asset_class": held.asset_class,
            "direction": side.direction,
            "season": pl.Series(SEASONS).gather(season),
            "tier": pl.Series(TIERS).gather(tier[row]),
            "n_days": seen.n_days[row, season],
            "operating_share": _lists(seen.operating_share[row, season]),
            "kw_mean": _lists(seen.kw_mean[row, season]),
            "kw_p90": _lists(seen.kw_p90[row, season]),
        }
    ).cast(dict(AVAILABILITY))  # type: ignore[arg-type]


def _lists(values: Float) -> pl.Series:
    """One list a row; what was never counted is null, not zero."""
    if not len(values):
        return pl.Series([], dtype=pl.List(pl.Float32))
    as_lists = pl.Series(values).cast(pl.List(pl.Float32))
    return as_lists.list.eval(pl.element().fill_nan(None))
