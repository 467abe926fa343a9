"""Real calls beside ordinary days of the same building: whether load that gave way stands out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.calibration import logit_of
from characterise.meter_cube import MISSING, MeterCube
from characterise.model import ClassModel
from characterise.signatures import flexible_demand
from characterise.signatures.dispatch_signals import asked
from characterise.signatures.event_answers import (
    N_KNOWN,
    RANK,
    WIDTH,
    Around,
    answers,
    around,
)
from characterise.signatures.signal_events import Calendars, calendars, find_events
from characterise.training.figures import auc
from characterise.training.overlay_calls import Run, own_signals

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PARTS: Final = 10
"""Ordinary days are called a tenth at a time: the other nine tenths stay to compare with."""
_NEAREST: Final = 3
_YEAR: Final = 365


@dataclass(frozen=True, slots=True)
class DayScores:
    """E windows of all meters, each ranked among the ordinary days of its own building."""

    row: Index
    """(E,) meter."""
    start: Index
    """(E,) first half-hour, counted from the first of the cube."""
    rank: Array
    """(E,) 0 to 1; the further load moved as asked, the higher."""
    called: Flags
    """(E,) true of a real call, false of an ordinary day taken for one."""

    def auc(self) -> tuple[Index, Array]:
        """Meters, and of each the chance that a called day ranks above an ordinary one."""
        rows = np.unique(self.row)
        label = self.called.astype(np.float64)
        each = [auc(self.rank[self.row == row], label[self.row == row]) for row in rows]
        return rows, np.array(each)


@dataclass(frozen=True, slots=True)
class _Site:
    """One meter's half-hours and calls, in the shapes of the kernels."""

    net: npt.NDArray[np.float32]
    call: npt.NDArray[np.int8]
    z: int
    station: int

    def ranks(self, call: npt.NDArray[np.int8], near: Around) -> tuple[Index, Array]:
        """First half-hour and rank of each run of ``call``; NaN where it cannot be judged."""
        most = len(self.net) // 2 + 1
        known = np.full((most, N_KNOWN), np.nan)
        residuals = np.empty((most, WIDTH), dtype=np.float32)
        starts, _, _ = answers(
            self.net, call, near.warmth[self.z][self.station], near.sun[self.z][self.station],
            near.calendars[self.z], known, residuals,
        )  # fmt: skip
        return starts, known[: len(starts), RANK]


def day_scores(cube: MeterCube, signals: pl.DataFrame, seed: int) -> DayScores:
    """Rank the called windows of every meter, and the same hours of its ordinary working days.

    Parameters
    ----------
    seed
        Of the order in which ordinary days are called.

    Notes
    -----
    An ordinary day is given the meter's usual call (its commonest start, length and direction) and
    judged by the signature as if it were real, the real ones still called.
    """
    near, held = around(cube), calendars(cube)
    draw = np.random.default_rng(seed)
    row, start, rank, called = [], [], [], []
    for m, site in _sites(cube, signals):
        starts, found = site.ranks(site.call, near)
        length, sign, free = _ordinary(site, held)
        parts = [(starts, found, True)]
        order = draw.permutation(free)
        for part in (order[first::_PARTS] for first in range(min(_PARTS, len(order)))):
            call = site.call.copy()
            for p in part:
                call[p : p + length] = sign
            starts, found = site.ranks(call, near)
            mine = np.isin(starts, part)
            parts.append((starts[mine], found[mine], False))
        for at, values, real in parts:
            judged = np.isfinite(values)
            row.append(np.full(judged.sum(), m))
            start.append(at[judged].astype(np.int64))
            rank.append(values[judged])
            called.append(np.full(judged.sum(), real))
    if not row:
        none = np.zeros(0, dtype=np.int64)
        return DayScores(none, none, np.zeros(0), np.zeros(0, dtype=np.bool_))
    return DayScores(
        np.concatenate(row), np.concatenate(start), np.concatenate(rank), np.concatenate(called)
    )


def without_events(
    cube: MeterCube, signals: pl.DataFrame, seed: int
) -> tuple[MeterCube, pl.DataFrame]:
    """Return the same meters as if nobody had answered: each called day blank, its call moved.

    A call goes to the same local time of an ordinary working day with the same weekday, one of the
    three nearest in the season that no other call took; where there is none it is dropped.

    Returns
    -------
    The cube with the local days of real calls missing, and the moved signals.
    """
    held = calendars(cube)
    draw = np.random.default_rng(seed)
    blank = np.zeros((cube.n_meters, cube.n_days * 48), dtype=np.bool_)
    runs: list[Run] = []
    for m, site in _sites(cube, signals):
        day = held.day[site.z]
        ordinary = np.empty(held.position.shape[1], dtype=np.bool_)
        starts, lengths, signs = find_events(site.call, day, ordinary)
        blank[m] = ~ordinary[day]
        for start, length, sign in zip(starts, lengths, signs, strict=True):
            if not np.isfinite(site.net[start : start + length]).any():
                continue
            position = held.position[site.z][:, held.slot[site.z][start]]
            able = _able(site, held, position, int(length)) & ordinary
            able &= held.weekday[site.z][position] == held.weekday[site.z][start]
            days = np.flatnonzero(able)
            if not len(days):
                continue
            apart = np.abs(days - day[start]) % _YEAR
            days = days[np.argsort(np.minimum(apart, _YEAR - apart), kind="stable")]
            chosen = days[int(draw.integers(0, min(_NEAREST, len(days))))]
            ordinary[chosen] = False
            runs.append(Run(cube.mpan[m], int(position[chosen]), int(length), int(sign)))
    cell = blank.reshape(cube.import_kw.shape)
    left = replace(
        cube,
        import_kw=np.where(cell, np.float32(np.nan), cube.import_kw),
        export_kw=np.where(cell, np.float32(np.nan), cube.export_kw),
        quality=np.where(cell, np.uint8(MISSING), cube.quality),
    )
    return left, own_signals(cube.first_day, runs)


def evidence(cube: MeterCube, signals: pl.DataFrame, part: ClassModel) -> tuple[Array, Array]:
    """(M,) rank z score and (M,) calibrated logit of flexible demand; NaN where nothing is known.

    Parameters
    ----------
    part
        The model's flexible demand.
    """
    table = flexible_demand.features(cube, signals)
    days = (np.isfinite(cube.import_kw).sum(axis=(1, 2)) / 48).astype(np.float64)
    logit, _ = logit_of(part, table, flexible_demand.FEATURES, days)
    return table[:, flexible_demand.FEATURES.index("rank_z")].astype(np.float64), logit


def _sites(cube: MeterCube, signals: pl.DataFrame) -> list[tuple[int, _Site]]:
    """Meters that a signal covers."""
    calls, index = asked(cube, signals)
    net = cube.net_kw.reshape(cube.n_meters, -1)
    return [
        (m, _Site(net[m], calls[index[m]].reshape(-1), int(cube.clock[m]), int(cube.station[m])))
        for m in np.flatnonzero(index >= 0).tolist()
    ]


def _ordinary(site: _Site, held: Calendars) -> tuple[int, int, Index]:
    """Length and direction of the usual call, and its first half-hour on ordinary working days."""
    ordinary = np.empty(held.position.shape[1], dtype=np.bool_)
    starts, lengths, signs = find_events(site.call, held.day[site.z], ordinary)
    each = np.stack([held.slot[site.z][starts], lengths, signs], axis=1)
    kinds, count = np.unique(each, axis=0, return_counts=True)
    slot, length, sign = kinds[int(count.argmax())].tolist()
    position = held.position[site.z][:, slot]
    able = ordinary & _able(site, held, position, length)
    return length, sign, position[able].astype(np.int64)


def _able(site: _Site, held: Calendars, position: npt.NDArray[np.int32], length: int) -> Flags:
    """(L,) local days whose window is known and on a working day."""
    known = np.concatenate([[0], np.cumsum(np.isfinite(site.net))])
    inside = (position >= 0) & (position + length <= len(site.net))
    p = np.where(inside, position, 0)
    whole = known[np.minimum(p + length, len(site.net))] - known[p] == length
    return np.asarray(inside & whole & held.working[site.z][p])
