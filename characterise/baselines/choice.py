"""Which baseline serves a site: the one that erred least one day ahead, so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.baselines import bl01_like, mean_of_days, ridge
from characterise.baselines.expected import Expected, with_interval
from characterise.baselines.local_days import Float, LocalDays, local_days
from characterise.baselines.usual import YOUNG_DAYS
from characterise.errors import UnknownMethod
from characterise.frames import BASELINES
from characterise.meter_cube import MeterCube
from characterise.settlement import SLOTS_PER_DAY

METHODS: Final = (ridge.NAME, bl01_like.NAME, mean_of_days.NAME)
CHOICE_WINDOW_DAYS: Final = 90
CHOICE_REFRESH_DAYS: Final = 7
MIN_SCORED_DAYS: Final = 7
MARGIN: Final = 0.95
"""The ridge holds the other two among its views: they serve where they erred 5 % less, not by luck
of the draw."""


def one_day_ahead(
    cube: MeterCube,
    method: str = "auto",
    *,
    exclude: npt.NDArray[np.bool_] | None = None,
    refit: str = "weekly",
) -> Expected:
    """Expected net import of every half-hour, from earlier local days alone.

    Parameters
    ----------
    method
        ``auto`` or one of `METHODS`. ``auto`` takes, week by week, the method whose squared error
        over the preceding 90 days was least, the ridge given 5 % of grace.
    exclude
        (M, D) UTC days left out of every fit, of the choice, of the interval and of sigma: event
        days. They are still predicted.
    refit
        ``daily``, ``weekly`` or ``monthly``: how often the ridge is fitted.
    """
    names, used, expected = _chosen(cube, method, exclude, refit)
    residual = cube.net_kw - expected
    if exclude is not None:
        residual[exclude] = np.nan
    return with_interval(names, used, expected, residual)


def expected_kw(
    cube: MeterCube,
    method: str = "auto",
    *,
    exclude: npt.NDArray[np.bool_] | None = None,
    refit: str = "weekly",
) -> Float:
    """(M, D, 48) the expected net import of `one_day_ahead`, kW, without its interval."""
    return _chosen(cube, method, exclude, refit)[2]


def _chosen(
    cube: MeterCube, method: str, exclude: npt.NDArray[np.bool_] | None, refit: str
) -> tuple[tuple[str, ...], npt.NDArray[np.int8], Float]:
    """Names of the methods, what served each half-hour, and what it expected."""
    _known(method, refit)
    days = local_days(cube, exclude)
    if method == "auto":
        predicted = _predict(cube, days, METHODS, refit)
        scores = _score(days.load_kw, predicted)
        best = _best(scores)
        names = tuple(METHODS[index] for index in np.where(best >= 0, best, 0))
        pick = _pick(days.load_kw, predicted)
    else:
        predicted = _predict(cube, days, [method], refit)
        names = (method,) * cube.n_meters
        pick = np.where(np.isnan(predicted[0]), -1, 0).astype(np.int8)
    chosen = np.take_along_axis(predicted, np.maximum(pick, 0)[None].astype(np.int64), axis=0)[0]
    if method != "auto":
        pick = np.where(pick < 0, pick, METHODS.index(method)).astype(np.int8)
    return names, days.to_utc(pick), days.to_utc(chosen)


def backtest(
    cube: MeterCube,
    *,
    exclude: npt.NDArray[np.bool_] | None = None,
    refit: str = "weekly",
) -> pl.DataFrame:
    """Score every method one day ahead on the half-hours that all of them predict.

    Returns
    -------
    pl.DataFrame
        `characterise.frames.BASELINES`, one row a meter and method. ``pnrmse`` is the root mean
        square error by the spread (95th less 5th percentile) of the actual load; ``cvrmse`` and
        ``nmbe`` are by its mean and null where that mean is too near zero to divide by. Meters
        with under seven scored days, or whose load never varies, have no row.
    """
    _known("auto", refit)
    days = local_days(cube, exclude)
    scores = _score(days.load_kw, _predict(cube, days, METHODS, refit))
    best = _best(scores)
    n, n_days, mean, spread = scores[:, 0, 0], scores[:, 0, 1], scores[:, 0, 2], scores[:, 0, 3]
    enough = n_days >= MIN_SCORED_DAYS
    rmse = np.sqrt(scores[:, :, 4] / np.maximum(n, 1)[:, None])
    bias = scores[:, :, 5] / np.maximum(n, 1)[:, None]
    dividable = enough & (np.abs(mean) > 0.1 * spread)
    by_mean = np.where(dividable, mean, np.nan)[:, None]
    by_spread = np.where(enough & (spread > 0), spread, np.nan)[:, None]
    k = len(METHODS)
    scored = np.repeat(np.isfinite(by_spread).ravel(), k)
    return (
        pl.DataFrame(
            {
                "mpan": pl.Series(cube.mpan).gather(np.repeat(np.arange(cube.n_meters), k)),
                "method": list(METHODS) * cube.n_meters,
                "cvrmse": (rmse / np.abs(by_mean)).ravel(),
                "nmbe": (bias / by_mean).ravel(),
                "pnrmse": (rmse / by_spread).ravel(),
                "n_days": np.repeat(n_days, k).astype(np.int32),
                "chosen": (np.arange(k)[None, :] == best[:, None]).ravel(),
            },
            schema_overrides={"cvrmse": pl.Float32, "nmbe": pl.Float32, "pnrmse": pl.Float32},
        )
        .with_columns(pl.col("cvrmse", "nmbe", "pnrmse").fill_nan(None))
        .select(BASELINES.names())
        .filter(pl.Series(scored))
    )


def _known(method: str, refit: str) -> None:
    if method != "auto" and method not in METHODS:
        raise UnknownMethod(f"no baseline is called {method!r}; use auto, {', '.join(METHODS)}")
    if refit not in ridge.REFIT_DAYS:
        raise UnknownMethod(f"refit {refit!r} is none of {', '.join(ridge.REFIT_DAYS)}")


def _predict(cube: MeterCube, days: LocalDays, methods: Sequence[str], refit: str) -> Float:
    """(methods, M, L, 48); a site that never exported is never expected to."""
    parts = []
    for method in methods:
        if method == ridge.NAME:
            part = ridge.predict(days, refit)
        elif method == bl01_like.NAME:
            part = bl01_like.predict(days)
        else:
            part = mean_of_days.predict(days)
        never = cube.has_export != 1
        part[never] = np.maximum(part[never], np.float32(0))
        parts.append(part)
    return np.stack(parts)


def _best(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """(M,) method of least squared error, -1 where too few days could be scored."""
    best = np.argmin(scores[:, :, 4], axis=1)
    return np.where(scores[:, 0, 1] >= MIN_SCORED_DAYS, best, -1)


def _pick(load: Float, predicted: Float) -> npt.NDArray[np.int8]:
    """(M, L, 48) method that serves each half-hour, chosen from the errors before its week.

    In the first four weeks of a cube the choice is renewed daily.
    """
    squared = (predicted - load) ** 2
    common = np.isfinite(squared).all(axis=0)
    daily = np.where(common, squared, 0.0).sum(axis=3, dtype=np.float64)
    total = np.concatenate([np.zeros((*daily.shape[:2], 1)), np.cumsum(daily, axis=2)], axis=2)
    n_days = daily.shape[2]
    day = np.arange(n_days)
    end = np.where(day < YOUNG_DAYS, day, day // CHOICE_REFRESH_DAYS * CHOICE_REFRESH_DAYS)
    start = np.maximum(0, end - CHOICE_WINDOW_DAYS)
    error = total[:, :, end] - total[:, :, start]
    error[METHODS.index(ridge.NAME)] *= MARGIN
    best = np.argmin(error, axis=0).astype(np.int8)[:, :, None]
    served = np.broadcast_to(best, load.shape).copy()
    for index in range(len(METHODS)):
        missing = np.isnan(np.take_along_axis(predicted, served[None].astype(np.int64), axis=0)[0])
        served[missing] = index
    served[np.isnan(predicted).all(axis=0)] = -1
    return served


@njit(cache=True)
def _score(load, predicted):  # type: ignore[no-untyped-def]
    """(M, methods, 6): half-hours, days, mean, spread, summed squared error, summed error."""
    n_methods, n_meters, n_days, n_slots = predicted.shape
    out = np.zeros((n_meters, n_methods, 6))
    held = np.empty(n_days * n_slots, dtype=np.float32)
    for m in range(n_meters):
        n, scored, total = 0, 0, 0.0
        for d in range(n_days):
            before = n
            for s in range(n_slots):
                y = load[m, d, s]
                known = not np.isnan(y)
                for k in range(n_methods):
                    known = known and not np.isnan(predicted[k, m, d, s])
                if not known:
                    continue
                held[n] = y
                n += 1
                total += y
                for k in range(n_methods):
                    error = float(predicted[k, m, d, s]) - y
                    out[m, k, 4] += error * error
                    out[m, k, 5] += error
            scored += (n - before) * 2 >= SLOTS_PER_DAY
        if n == 0:
            continue
        part = np.sort(held[:n])
        spread = part[int(0.95 * (n - 1))] - part[int(0.05 * (n - 1))]
        for k in range(n_methods):
            out[m, k, 0] = n
            out[m, k, 1] = scored
            out[m, k, 2] = total / n
            out[m, k, 3] = spread
    return out
