"""A business without its flexible assets: opening hours, plant, heating and cooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from characterise.simulate.household import HOUR_OF_SLOT
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Float, Timeline
from characterise.simulate.weather import Weather


@dataclass(frozen=True, slots=True)
class Trade:
    """Typical day of one kind of business; hours are of the local wall clock."""

    opens: float
    closes: float
    days: tuple[float, float, float]
    """How busy it is on a working day, on a Saturday, on a Sunday or bank holiday."""
    night: float
    """Load when shut, as a share of the load when open."""
    peak_kw: tuple[float, float]
    cooling: float
    """Share of the peak added for each 10 C above 15 C."""
    heating: float
    """Share of the peak added for each 10 C under 15 C while open."""
    wobble: float
    plant: float
    """Share of the load that is plant which can be shed: compressors, process lines, fans."""
    continuous: bool = False
    """Whether that plant runs day and night."""
    shifts: bool = False
    school_holidays: bool = False


TRADES: Final = {
    "shop": Trade(8.0, 19.5, (1.0, 1.05, 0.7), 0.25, (8, 60), 0.22, 0.10, 0.06, 0.35, True),
    "office": Trade(7.5, 18.5, (1.0, 0.15, 0.05), 0.22, (20, 300), 0.28, 0.10, 0.05, 0.3),
    "cold_store": Trade(5.0, 21.0, (1.0, 0.9, 0.8), 0.78, (80, 600), 0.32, 0.00, 0.07, 0.6, True),
    "factory": Trade(
        6.0, 22.0, (1.0, 0.35, 0.10), 0.18, (100, 900), 0.06, 0.05, 0.09, 0.5, shifts=True
    ),
    "school": Trade(
        7.0, 16.8, (1.0, 0.06, 0.04), 0.20, (30, 150), 0.05, 0.18, 0.05, 0.3, school_holidays=True
    ),
    "depot": Trade(4.5, 20.0, (1.0, 0.7, 0.35), 0.35, (15, 80), 0.05, 0.12, 0.08, 0.3),
}


@dataclass(frozen=True, slots=True)
class Premises:
    """Load of a business: all of it, and the part of it that is plant, (n,) kW each."""

    load_kw: Float
    plant_kw: Float


def business(
    rng: np.random.Generator, time: Timeline, weather: Weather, archetype: str, peak_kw: float
) -> Premises:
    """Draw one of `TRADES` that takes about ``peak_kw`` when open."""
    trade = TRADES[archetype]
    busy = _busy(rng, time, trade)
    open_now = time.on_wall_clock(_open(rng, time, trade) * busy[:, None])
    warm = np.clip(weather.temp_c - 15, 0, None) / 10 * trade.cooling
    cold = np.clip(15 - weather.temp_c, 0, None) / 10 * trade.heating
    climate = warm * np.maximum(open_now, 0.15) + cold * open_now
    level = trade.night + (1 - trade.night) * open_now + climate
    slow = 1 + 0.5 * trade.wobble * smooth_noise(rng, time.n_local_days, 0.8)[time.day]
    quick = 1 + 0.8 * trade.wobble * smooth_noise(rng, time.n, 0.88)
    grain = 1 + 0.2 * trade.wobble * rng.standard_normal(time.n)
    rest = np.maximum(level * slow * quick * grain, 0.02)
    plant = peak_kw * trade.plant * _plant(rng, time, trade, open_now, warm)
    return Premises(peak_kw * (1 - trade.plant) * rest + plant, plant)


def _plant(
    rng: np.random.Generator, time: Timeline, trade: Trade, open_now: Float, warm: Float
) -> Float:
    """Plant goes its own way: compressors by warmth, doors and defrost; lines by batch."""
    slow = 1 + 0.06 * smooth_noise(rng, time.n_local_days, 0.85)[time.day]
    if trade.continuous:
        own = 1 + 0.09 * smooth_noise(rng, time.n, 0.8) + 0.03 * rng.standard_normal(time.n)
        return np.clip((0.78 + 0.1 * open_now + warm) * slow * own, 0.05, 1.6)
    batch = np.clip(1 + 0.2 * smooth_noise(rng, time.n, 0.93), 0.3, 1.5)
    return np.clip((0.06 + 0.9 * open_now + warm * open_now) * slow * batch, 0.02, 1.6)


def _busy(rng: np.random.Generator, time: Timeline, trade: Trade) -> Float:
    on_weekday, on_saturday, on_sunday = trade.days
    busy = np.where(time.working, on_weekday, on_sunday)
    busy = np.where(time.weekday == 5, on_saturday, busy)
    if trade.school_holidays:
        busy = np.where(_term(time), busy, 0.12 * busy)
    first = np.datetime64(time.first_day, "D")
    dates = first + np.arange(time.n_local_days)
    into_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
    shut = (into_year >= 357) | (into_year < 1)
    if rng.random() < 0.6 and not trade.days[2] > 0.3:
        busy = np.where(shut, np.minimum(busy, on_sunday), busy)
    varied: Float = busy * (1 + 0.04 * rng.standard_normal(time.n_local_days)).clip(0.8, 1.2)
    return varied


def _term(time: Timeline) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rough English terms: breaks at Christmas, Easter, each half-term, and late July to August."""
    first = np.datetime64(time.first_day, "D")
    dates = first + np.arange(time.n_local_days)
    into_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
    breaks = ((0, 4), (45, 52), (92, 106), (145, 152), (203, 245), (299, 306), (353, 366))
    shut = np.zeros(time.n_local_days, dtype=bool)
    for start, end in breaks:
        shut |= (into_year >= start) & (into_year < end)
    return ~shut


def _open(rng: np.random.Generator, time: Timeline, trade: Trade) -> Float:
    days = time.n_local_days
    opens = (trade.opens + rng.normal(0, 0.5) + 0.12 * rng.standard_normal(days))[:, None]
    closes = (trade.closes + rng.normal(0, 0.7) + 0.2 * rng.standard_normal(days))[:, None]
    hour: Float = HOUR_OF_SLOT[None, :]
    rise = np.clip((hour - opens) / 1.0 + 0.5, 0, 1)
    fall = np.clip((closes - hour) / 1.2 + 0.5, 0, 1)
    shape = rise * fall
    if trade.shifts:
        # Meal breaks and the change of shift.
        for pause in (10.0, 14.0, 18.0):
            shape = shape * (1 - 0.28 * np.exp(-(((hour - pause) / 0.35) ** 2)))
    return shape * (1 - 0.06 * np.exp(-(((hour - 13) / 1.0) ** 2)))
