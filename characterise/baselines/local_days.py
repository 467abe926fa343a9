"""The cube laid out by local days and wall-clock slots: what a daily habit follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.meter_cube import MeterCube
from characterise.settlement import SLOTS_PER_DAY

Float = npt.NDArray[np.float32]
Scalar = TypeVar("Scalar", bound=np.generic)
Flag = npt.NDArray[np.bool_]

HEATING_BELOW_C = 15.5
COOLING_ABOVE_C = 18.0


@dataclass(frozen=True, slots=True)
class LocalDays:
    """M meters over L local days of 48 wall-clock slots.

    A slot that does not occur (short day) or lies outside the span is NaN; one that occurs twice
    (long day) is the mean of the two.
    """

    load_kw: Float
    """(M, L, 48) net import, NaN where unusable or excluded."""
    kept_out_kw: Float
    """(M, L, 48) the same with excluded half-hours kept, NaN only where unusable."""
    non_working: npt.NDArray[np.int8]
    """(Z, L) 1 on Saturdays, Sundays and bank holidays, by clock."""
    clock_change: Flag
    """(Z, L) true on days of 46 or 50 half-hours, by clock."""
    clock: npt.NDArray[np.int32]
    """(M,) index of each meter's clock."""
    heating_c: Float
    """(P, L, 48) degrees below 15.5 C of the last 24 hours' mean, by pair of station and clock."""
    cooling_c: Float
    """(P, L, 48) degrees above 18 C of the last 24 hours' mean."""
    ghi_kwm2: Float
    """(P, L, 48) global horizontal irradiance."""
    pair: npt.NDArray[np.int32]
    """(M,) index of each meter's pair of station and clock."""
    pair_clock: npt.NDArray[np.int32]
    """(P,) clock of each pair."""
    day: tuple[npt.NDArray[np.int64], ...]
    """By clock, (D, 48) local day index of each UTC half-hour."""
    slot: tuple[npt.NDArray[np.int64], ...]
    """By clock, (D, 48) wall-clock slot of each UTC half-hour."""

    def to_utc(self, local: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """Lay (M, L, 48) local values out on the cube's UTC half-hours, (M, D, 48)."""
        days, slots = self.day[0].shape
        out = np.empty((len(local), days, slots), dtype=local.dtype)
        for index, (day, slot) in enumerate(zip(self.day, self.slot, strict=True)):
            rows = np.flatnonzero(self.clock == index)
            if rows.size:
                flat = (day * SLOTS_PER_DAY + slot).ravel()
                out[rows] = local[rows].reshape(rows.size, -1)[:, flat].reshape(-1, days, slots)
        return out


def local_days(cube: MeterCube, exclude: Flag | None = None) -> LocalDays:
    """Lay a cube out by local days.

    Parameters
    ----------
    exclude
        (M, D) UTC days left out of every fit, for example event days.
    """
    first = min(int(clock.date.min()) for clock in cube.clocks)
    length = max(int(clock.date.max()) for clock in cube.clocks) - first + 1
    day = tuple((clock.date - first).astype(np.int64) for clock in cube.clocks)
    slot = tuple(clock.slot.astype(np.int64) for clock in cube.clocks)
    everything = _by_clock(cube.net_kw, day, slot, cube.clock, length)
    load = everything
    if exclude is not None and exclude.any():
        kept = np.where(exclude[:, :, None], np.float32(np.nan), cube.net_kw)
        load = _by_clock(kept, day, slot, cube.clock, length)
    non_working, change = _calendar(cube, day, length)
    keys, pair = np.unique(np.stack([cube.station, cube.clock]), axis=1, return_inverse=True)
    stations, clocks = keys[0], keys[1].astype(np.int32)
    warmth = _last_24_hours(cube.temp_c)
    heating = np.maximum(np.float32(HEATING_BELOW_C) - warmth, np.float32(0))
    cooling = np.maximum(warmth - np.float32(COOLING_ABOVE_C), np.float32(0))
    return LocalDays(
        load_kw=load,
        kept_out_kw=everything,
        non_working=non_working,
        clock_change=change,
        clock=cube.clock,
        heating_c=_by_clock(heating[stations], day, slot, clocks, length),
        cooling_c=_by_clock(cooling[stations], day, slot, clocks, length),
        ghi_kwm2=_by_clock(cube.ghi_wm2[stations] / np.float32(1000), day, slot, clocks, length),
        pair=pair.reshape(-1).astype(np.int32),
        pair_clock=clocks,
        day=day,
        slot=slot,
    )


def _by_clock(
    values: Float,
    day: tuple[npt.NDArray[np.int64], ...],
    slot: tuple[npt.NDArray[np.int64], ...],
    clock: npt.NDArray[np.int32],
    length: int,
) -> Float:
    laid: Float = _lay_out(
        np.ascontiguousarray(values, dtype=np.float32),
        np.stack(day),
        np.stack(slot),
        clock.astype(np.int32),
        length,
    )
    return laid


@njit(cache=True)
def _lay_out(values, day, slot, clock, length):  # type: ignore[no-untyped-def]
    n_meters, n_days, n_slots = values.shape
    out = np.full((n_meters, length, n_slots), np.float32(np.nan), dtype=np.float32)
    for m in range(n_meters):
        z = clock[m]
        for d in range(n_days):
            for u in range(n_slots):
                x = values[m, d, u]
                if not np.isnan(x):
                    held = out[m, day[z, d, u], slot[z, d, u]]
                    # The repeated hour of the long day: the mean of its two halves.
                    out[m, day[z, d, u], slot[z, d, u]] = (
                        x if np.isnan(held) else np.float32(0.5) * (x + held)
                    )
    return out


def _calendar(
    cube: MeterCube, day: tuple[npt.NDArray[np.int64], ...], length: int
) -> tuple[npt.NDArray[np.int8], Flag]:
    non_working = np.zeros((len(day), length), dtype=np.int8)
    change = np.zeros((len(day), length), dtype=np.bool_)
    for index, clock in enumerate(cube.clocks):
        non_working[index, day[index].ravel()] = ~clock.working.ravel()
        shifted = (clock.period != clock.slot + 1) & (clock.slot > 5)
        change[index, day[index][shifted]] = True
    return non_working, change


def _last_24_hours(temp_c: Float) -> Float:
    """Mean of the 48 half-hours up to and including each; NaN where more than half are unknown."""
    flat = temp_c.reshape(len(temp_c), -1).astype(np.float64)
    known = np.isfinite(flat)
    total = np.cumsum(np.where(known, flat, 0.0), axis=1)
    count = np.cumsum(known, axis=1)
    total[:, SLOTS_PER_DAY:] -= total[:, :-SLOTS_PER_DAY].copy()
    count[:, SLOTS_PER_DAY:] -= count[:, :-SLOTS_PER_DAY].copy()
    enough = count >= np.minimum(np.arange(flat.shape[1]) + 1, SLOTS_PER_DAY) / 2
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=enough & (count > 0))
    smooth: Float = mean.reshape(temp_c.shape).astype(np.float32)
    return smooth
