"""The first four gaming screens: each a figure over a party's events and its placebo calendars.

Loads are turned to the direction declared, so that a higher one makes a delivery look larger.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from characterise.delivery.gaming_days import (
    PartyDays,
    Spans,
    season_of_days,
    window_mean,
)
from characterise.delivery.gaming_draws import (
    above_at_events,
    above_look_back,
    gaps_of,
    look_back_contrast,
    p_value,
)
from characterise.delivery.settings import VerifySettings

Double = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Screened:
    """What one screen measured for one party."""

    screen: str
    n_events: int
    """Events that it could use."""
    statistic: float
    """NaN where nothing could be measured."""
    unit: str
    p_value: float
    """Rank among placebo calendars; NaN where they were too few."""
    usual: float = float("nan")
    """The figure that ordinary days give, in the same unit."""
    share: float = float("nan")
    """What else the sentences tell of; see each screen."""
    held: bool = True
    """False where a second look clears the pattern whatever its chance."""
    calendars: tuple[int, int] = (0, 0)
    """Placebo calendars that show as much, and all that were drawn."""
    days: tuple[int, int] = field(default=(0, 0))
    """Look-back days and other like days compared."""


def look_back_raised(
    days: PartyDays, near_event: Mask, settings: VerifySettings, rng: np.random.Generator
) -> Screened:
    """Load of the event hours on the days that a baseline looks back on, beside other like days.

    Parameters
    ----------
    near_event
        (N,) half-hours of an event or near one.
    """
    load = np.where(near_event, np.nan, days.load_kw)
    drawn = window_mean(load, days.opening, 0, days.length)
    level, spread = season_of_days(drawn, days.day, settings.season_days)
    apart = (drawn - level) / spread
    least = settings.gaming_days
    observed, n_on, n_off = look_back_contrast(
        apart, days.hour, days.position, settings.look_back_days, least
    )
    if not np.isfinite(observed) or len(days.position) < settings.gaming_events:
        return Screened("look_back_raised", len(days.position), np.nan, "kW", np.nan)
    above, tried = above_look_back(
        observed,
        apart,
        days.hour_on,
        gaps_of(days.position, len(days.day)),
        settings.look_back_days,
        least,
        settings.gaming_draws,
        settings.gaming_draws_above,
        rng,
    )
    plain, _, _ = look_back_contrast(
        drawn - level, days.hour, days.position, settings.look_back_days, least
    )
    raised = plain * np.sqrt(1.0 / n_on + 1.0 / n_off)
    return Screened(
        "look_back_raised",
        len(days.position),
        float(raised),
        "kW",
        p_value(above, tried, settings.gaming_draws_above),
        calendars=(above, tried),
        days=(int(n_on), int(n_off)),
    )


def window_ramped(
    days: PartyDays,
    spans: Spans,
    after_event: Mask,
    settings: VerifySettings,
    rng: np.random.Generator,
) -> Screened:
    """Load of the adjustment window beyond the expected, less what may be drawn ahead.

    Parameters
    ----------
    after_event
        (N,) half-hours of an event or after one; the hours before an event are not among them.
    """
    width = settings.adjust_half_hours
    beyond = np.where(after_event, np.nan, days.residual_kw)
    window = window_mean(beyond, days.opening, -width, 0)
    declared = np.abs(spans.kwh[days.claim])
    allowed = settings.ordinary_ahead_share * declared / (0.5 * width)
    found = _at_events("window_ramped", "kW", days, window, -allowed, settings, rng)
    return replace(found, usual=float(allowed.mean()))


def always_at_the_cap(
    days: PartyDays,
    spans: Spans,
    near_event: Mask,
    settings: VerifySettings,
    rng: np.random.Generator,
) -> Screened:
    """What the meter drew and what was declared, together, beside what it draws on like days.

    Notes
    -----
    A declaration of the same energy whatever the asset could give makes the two together larger
    than the asset's own operation; an honest one makes them one more like day.
    ``share`` is the share of events at the same value; where it is under
    `VerifySettings.same_value_share` there is nothing to see.
    """
    kw = np.abs(spans.kw[days.claim])
    most = kw.max(initial=0.0)
    same = float(np.mean(kw >= (1.0 - settings.same_value) * most)) if len(kw) else np.nan
    ordinary = window_mean(
        np.where(near_event, np.nan, days.residual_kw), days.opening, 0, days.length
    )
    measured = window_mean(days.residual_kw, days.opening, 0, days.length)
    at = (days.hour, days.position)
    ordinary[at] = measured[at] + kw
    found = _at_events("always_at_the_cap", "kW", days, ordinary, np.zeros(len(kw)), settings, rng)
    return replace(found, usual=float(most), share=same, held=same >= settings.same_value_share)


def low_load_days(
    days: PartyDays, after_event: Mask, settings: VerifySettings, rng: np.random.Generator
) -> Screened:
    """Rank of event days among like days of their season, by the load of the hours before.

    The event's own hours do not count: the delivery itself lowers them.

    ``statistic`` is the mean rank: 0 the lowest of its neighbours, 1 the highest.
    """
    load = np.where(after_event, np.nan, days.load_kw)
    end = -settings.lead_half_hours
    outside = window_mean(load, days.opening, end - settings.low_load_half_hours, end)
    level, spread = season_of_days(outside, days.day, settings.season_days)
    rank = _rank(outside, days.day, settings.season_days)
    rank = np.where(np.isfinite(level + spread), rank, np.nan)
    if days.direction < 0:
        rank = 1.0 - rank
    at = rank[days.hour, days.position]
    seen = int(np.isfinite(at).sum())
    if seen < settings.gaming_events:
        return Screened("low_load_days", seen, np.nan, "mean rank", np.nan)
    mean = float(np.nanmean(at))
    p, calendars = chance(days, -mean, -rank, settings, rng)
    return Screened("low_load_days", seen, mean, "mean rank", p, usual=0.5, calendars=calendars)


def chance(
    days: PartyDays,
    observed: float,
    values: Double,
    settings: VerifySettings,
    rng: np.random.Generator,
    active: slice = slice(None),
) -> tuple[float, tuple[int, int]]:
    """p-value of the mean at the events among placebo calendars, with `Screened.calendars`.

    Parameters
    ----------
    values
        (S, n) NaN where unknown.
    active
        Like days on which the events could have been.
    """
    low, high, _ = active.indices(len(days.day))
    above, drawn = above_at_events(
        observed,
        np.ascontiguousarray(values[:, low:high]),
        days.hour_on[low:high],
        gaps_of(days.position - low, high - low),
        settings.gaming_draws,
        settings.gaming_draws_above,
        rng,
    )
    return p_value(above, drawn, settings.gaming_draws_above), (above, drawn)


def _at_events(
    screen: str,
    unit: str,
    days: PartyDays,
    values: Double,
    shift: Double,
    settings: VerifySettings,
    rng: np.random.Generator,
) -> Screened:
    """Mean of ``values`` at the events, their season taken off, beside placebo calendars.

    Parameters
    ----------
    values
        (S, n) kW, NaN where unknown.
    shift
        (K,) kW added to each event alone.
    """
    level, spread = season_of_days(values, days.day, settings.season_days)
    at = (days.hour, days.position)
    own = values[at] - level[at]
    known = np.isfinite(own)
    seen = int(known.sum())
    if seen < settings.gaming_events:
        return Screened(screen, seen, np.nan, unit, np.nan)
    observed = float(np.mean((own + shift)[known] / spread[at][known]))
    p, calendars = chance(days, observed, (values - level) / spread, settings, rng)
    return Screened(screen, seen, float(own[known].mean()), unit, p, calendars=calendars)


def _rank(values: Double, day: npt.NDArray[np.int64], season_days: int) -> Double:
    """(S, n) share of the like days around each that lie under it, half of ties; NaN unknown."""
    near = np.abs(day[:, None] - day) <= season_days
    np.fill_diagonal(near, val=False)
    out = np.full(values.shape, np.nan)
    for s, row in enumerate(values):
        known = np.isfinite(row)
        both = near & known
        under = ((row < row[:, None]) & both).sum(axis=1)
        ties = ((row == row[:, None]) & both).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            out[s] = np.where(known, (under + 0.5 * ties) / both.sum(axis=1), np.nan)
    return out
