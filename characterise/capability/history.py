"""One class's attributed half-hours, with the runs, the regime and the window they fall into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.asset_classes import BESS, FLEXIBLE_DEMAND, HEAT_PUMP, SOLAR_PV
from characterise.capability.spread import Float, Window
from characterise.episodes import Episodes, episodes, operating_threshold_kw
from characterise.meter_cube import MeterCube
from characterise.regimes import (
    INSTALLED,
    REMOVED,
    RESIZED,
    Break,
    Regimes,
    regimes,
    site_breaks,
    without_season,
)
from characterise.settlement import SLOTS_PER_DAY
from characterise.signatures.attribution import Attribution
from characterise.signatures.surroundings import surroundings

IMPORT: Final = "import"
EXPORT: Final = "export"
GIVES: Final = frozenset({SOLAR_PV, BESS, FLEXIBLE_DEMAND})
"""Classes whose duration and ramp are those of what they give: generation, discharge, reduction."""
PROPORTIONAL: Final = frozenset({SOLAR_PV, HEAT_PUMP})
"""Classes whose energy grows with their size."""
LAST_DAYS: Final = 365
HEATING_BELOW_C: Final = 15.5
BITTER_BELOW_C: Final = 10.0
"""Mean of a day on which a home that has a heat pump runs it."""


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of the attributed power of K series."""

    direction: str
    power_kw: Float
    """(K, D, 48)."""
    threshold_kw: Float
    """(K,) least power of an operating half-hour; 0 where it never ran."""
    runs: Episodes
    counted: npt.NDArray[np.bool_]
    """(N,) runs that begin inside their series' window."""
    n_runs: npt.NDArray[np.int32]
    """(K,) runs counted."""


@dataclass(frozen=True, slots=True)
class History:
    """What one class did at the K meters where it is present."""

    asset_class: str
    rows: npt.NDArray[np.int32]
    """(K,) indexes into the cube."""
    sides: tuple[Side, Side]
    """Import and export."""
    regimes: Regimes
    window: Window
    earliest: npt.NDArray[np.int32]
    """(K,) day index since when it may have been there unseen: `_earliest`."""
    error_kw: Float
    """(K,) what the rest of the site adds to or takes from a half-hour: `_half_hour_error`."""

    @property
    def main(self) -> Side:
        """The direction whose runs give duration and ramp."""
        return self.sides[1] if self.asset_class in GIVES else self.sides[0]


def histories(cube: MeterCube, parts: Sequence[Attribution]) -> list[History]:
    """Follow every class through the span of the cube; what came when is told apart by site."""
    breaks = site_breaks(cube, parts)
    return [
        history(cube, part, own) for part, own in zip(parts, breaks, strict=True) if part.rows.size
    ]


def history(
    cube: MeterCube, part: Attribution, breaks: Sequence[Sequence[Break]] | None = None
) -> History:
    """Follow one class through the span of the cube.

    Parameters
    ----------
    breaks
        Of each row, of `regimes.site_breaks`; found for this class alone by default.
    """
    own = site_breaks(cube, (part,))[0] if breaks is None else breaks
    powers = (part.import_kw, part.export_kw)
    thresholds = tuple(operating_threshold_kw(power) for power in powers)
    operating = np.zeros(part.import_kw.shape[:2], dtype=np.bool_)
    for power, threshold in zip(powers, thresholds, strict=True):
        with np.errstate(invalid="ignore"):
            ran = (power >= threshold[:, None, None]) & (threshold > 0)[:, None, None]
        operating |= ran.any(axis=2)
    main = powers[1] if part.asset_class in GIVES else powers[0]
    warmth_or_sun, height = _seasons(cube, part)
    energy = without_season(_daily_kwh(main), warmth_or_sun, 0.2)
    peak = np.nan_to_num(main).max(axis=2)
    if part.asset_class == HEAT_PUMP:
        # How hard it runs does not follow the cold, but only cold days show it.
        peak = np.where(np.isfinite(without_season(peak, height, 0.5)), peak, np.float32(np.nan))
    else:
        peak = without_season(peak, height, 0.5)
    size = np.where(operating, peak, np.float32(np.nan))
    if part.asset_class == FLEXIBLE_DEMAND:
        # It runs when it is called: idle days are the caller's, and say nothing of it.
        energy = np.full_like(energy, np.nan)
    found = regimes(energy, size, operating, own, proportional=part.asset_class in PROPORTIONAL)
    window = _window(cube, part, found)
    sides = tuple(
        _side(name, power, threshold, window)
        for name, power, threshold in zip((IMPORT, EXPORT), powers, thresholds, strict=True)
    )
    rest = cube.net_kw[part.rows] - part.import_kw + part.export_kw
    return History(
        part.asset_class,
        part.rows,
        (sides[0], sides[1]),
        found,
        window,
        _earliest(cube, part, found),
        _half_hour_error(rest),
    )


def while_there(
    parts: Sequence[Attribution], followed: Sequence[History]
) -> tuple[Attribution, ...]:
    """Attributions without the half-hours before an asset came and after it went.

    An attribution is fitted to the whole span and explains a little of every day of it.
    """
    known = {one.asset_class: one.regimes for one in followed}
    return tuple(
        _while_there(part, known[part.asset_class]) if part.asset_class in known else part
        for part in parts
    )


def _while_there(part: Attribution, found: Regimes) -> Attribution:
    if not any(found.changes):
        return part
    drawn, given = part.import_kw.copy(), part.export_kw.copy()
    for at, names in enumerate(found.changes):
        away = np.zeros(drawn.shape[1], dtype=np.bool_)
        if INSTALLED in names:
            away[: found.first_seen[at]] = True
        if _last_move(names) == REMOVED:
            away[found.last_seen[at] + 1 :] = True
        for power in (drawn[at], given[at]):
            power[away[:, None] & np.isfinite(power)] = 0.0
    return Attribution(part.asset_class, part.rows, drawn, given)


def _earliest(cube: MeterCube, part: Attribution, found: Regimes) -> npt.NDArray[np.int32]:
    """(K,) first day on which it can have come; a heat pump shows only in the cold."""
    out = found.first_seen.copy()
    if part.asset_class != HEAT_PUMP:
        return out
    daily_c = surroundings(cube).day_temp_c
    with np.errstate(invalid="ignore"):
        bitter = daily_c < BITTER_BELOW_C
    for at, names in enumerate(found.changes):
        if INSTALLED in names:
            spells = np.flatnonzero(bitter[cube.station[part.rows[at]], : out[at]])
            out[at] = spells[-1] + 1 if spells.size else 0
    return out


def _daily_kwh(power: Float) -> Float:
    """(K, D) energy of each day; NaN where under half the day is known."""
    known = np.isfinite(power).sum(axis=2)
    energy = np.nansum(power, axis=2) * np.float32(24) / np.maximum(known, 1)
    return np.where(known * 2 >= SLOTS_PER_DAY, energy, np.nan).astype(np.float32)


def _last_move(names: tuple[str, ...]) -> str | None:
    """Whether it last came or went; None where it did neither."""
    return next((name for name in reversed(names) if name != RESIZED), None)


def _seasons(cube: MeterCube, part: Attribution) -> tuple[Float | None, Float | None]:
    """(K, D) what the class's daily energy, and its daily peak, follow through the year."""
    if part.asset_class == SOLAR_PV:
        around = surroundings(cube)
        place = around.place[part.rows]
        return around.sun.sum(axis=2)[place], around.sun.max(axis=2)[place]
    if part.asset_class == HEAT_PUMP:
        daily_c = surroundings(cube).day_temp_c[cube.station[part.rows]]
        cold = np.maximum(np.float32(HEATING_BELOW_C) - daily_c, np.float32(0))
        return cold, cold
    return None, None


def _window(cube: MeterCube, part: Attribution, found: Regimes) -> Window:
    """The current regime, at most the last 12 months of what was read."""
    usable = np.asarray(np.isfinite(part.import_kw).any(axis=2))
    end = cube.n_days - usable[:, ::-1].argmax(axis=1)
    end = np.where(usable.any(axis=1), end, 0)
    gone = np.array([_last_move(names) == REMOVED for names in found.changes], dtype=bool)
    end = np.where(gone, found.last_seen + 1, end).astype(np.int32)
    first = np.maximum(found.start, end - LAST_DAYS).astype(np.int32)
    return Window(np.minimum(first, end), end)


def _side(direction: str, power: Float, threshold: Float, window: Window) -> Side:
    runs = episodes(power, threshold)
    day = runs.start // SLOTS_PER_DAY
    counted = (day >= window.first[runs.row]) & (day < window.end[runs.row])
    n_runs = np.bincount(runs.row[counted], minlength=len(power)).astype(np.int32)
    return Side(direction, power, threshold, runs, counted, n_runs)


@njit(cache=True)
def _half_hour_error(rest):  # type: ignore[no-untyped-def]
    """(K,) half the robust spread of what is left of the load, from one half-hour to the next, kW.

    What the rest of the site does in a half-hour is taken for the asset's or hidden by it. The
    median absolute step of the rest, as a standard deviation of one half-hour, measures it; half
    of it is charged, since an attribution averages over the half-hours of a run.
    """
    n_rows, n_days, n_slots = rest.shape
    out = np.zeros(n_rows, dtype=np.float32)
    held = np.empty(n_days * n_slots, dtype=np.float32)
    for r in range(n_rows):
        n = 0
        for d in range(n_days):
            for s in range(1, n_slots):
                step = abs(rest[r, d, s] - rest[r, d, s - 1])
                if not np.isnan(step):
                    held[n] = step
                    n += 1
        if n:
            part = np.sort(held[:n])
            out[r] = np.float32(0.5 * 1.4826 / np.sqrt(2.0)) * part[n // 2]
    return out
