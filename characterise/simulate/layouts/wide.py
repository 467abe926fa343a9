"""Wide files: one row a day, a column for each half-hour, in the ways that suppliers write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from characterise.simulate.channel import Channel
from characterise.simulate.layouts.grid import (
    NONE,
    Grid,
    held_in,
    settlement_days,
    utc_days,
    wall_days,
)
from characterise.simulate.layouts.labels import LABELS
from characterise.simulate.layouts.lead import Lead
from characterise.simulate.layouts.text import Text
from characterise.simulate.layouts.written import Written, truth_of
from characterise.simulate.timeline import Float, Timeline

_SAYS_UTC: Final = ("utc", "gmt")
_SAYS_LOCAL: Final = ("settlement", "uk", "sett", "local")
_ABOVE: Final[tuple[list[str], ...]] = (
    ["Half-hourly data export"],
    ["Report Date", "12/07/23 00:00:00"],
    ["Report Run Date", "13/07/23 15:15:44"],
    ["Company Name", "Albion Café and Schools"],
    [],
    ["Reporting Set", "All sites"],
    ["Meters in Reporting Set", "1"],
    ["Source", "Data collector"],
)
"""Lines that portals put above a table; the list of eight of the catalogue's deepest."""


@dataclass(frozen=True, slots=True)
class Wide:
    """Choices of a wide file.

    Parameters
    ----------
    labels
        Key of `LABELS`.
    columns
        48, or 50 where the layout has room for the long day.
    clock
        ``local`` days, or ``utc``.
    change_days
        Under wall labels of local days: ``shifted``, ``instant`` (see `wall_days`) or ``period``
        (the n-th column is the n-th half-hour of the day whatever its label says).
    date_name, date_format
        The date column; its name may say the clock.
    flags
        Read statuses: ``none``, ``before`` or ``after`` each value, in a ``block`` behind all
        values, or one for the whole ``row``.
    flag_name
        Pattern of their column names; ``{label}`` and ``{n}`` are filled in.
    flag_words
        Actual, estimated, and for a cell without a reading.
    total
        ``none``, ``before`` or ``after`` the values.
    above
        Lines above the header, 0 to 8.
    headed
        Whether there is a header row at all.
    reactive_block
        A second block of columns holds each row's kvarh; active labels must then be ``kWh_1``.
    more
        Columns that say nothing of use, by name and by what every cell holds, before the date.
    """

    labels: str = "HH1"
    columns: int = 50
    clock: str = "local"
    change_days: str = "shifted"
    date_name: str = "Settlement Date"
    date_format: str = "%d/%m/%Y"
    flags: str = "none"
    flag_name: str = "{label} Flag"
    flag_words: tuple[str, str, str] = ("A", "E", "")
    total: str = "none"
    above: int = 0
    headed: bool = True
    reactive_block: bool = False
    more: tuple[tuple[str, str], ...] = ()
    lead: Lead = field(default_factory=Lead)
    text: Text = field(default_factory=Text)

    @property
    def says_clock(self) -> bool:
        """Whether the header names the clock; period numbers are local by what they are."""
        name = self.date_name.lower() if self.headed else ""
        if LABELS[self.labels].kind == "period" and self.clock == "local":
            return True
        return any(word in name for word in (*_SAYS_UTC, *_SAYS_LOCAL))

    def grid(self, time: Timeline) -> Grid:
        """Which half-hour stands in which cell."""
        if self.clock == "utc":
            return utc_days(time)
        if LABELS[self.labels].kind == "period" or self.change_days == "period":
            return settlement_days(time, self.columns)
        return wall_days(time, ends=self.change_days, extra=self.columns > 48)

    def write(self, channels: Sequence[Channel], time: Timeline) -> Written:
        """The file of these channels."""
        grid = self.grid(time)
        rows, carried, stated, guessed = [], [], [], []
        for one in channels:
            body, kwh, estimated = self._rows(one, _partner(self, one, channels), grid, time)
            rows += body
            carried.append(grid.sure)
            stated.append(kwh)
            guessed.append(estimated)
        answers, asks = self.lead.answers(channels)
        if not self.headed:
            answers["unit"] = self.lead.unit_word
            asks.add("unit_unknown")
        elif LABELS[self.labels].unit:
            answers.pop("unit", None)
            asks.discard("unit_unknown")
        if not self.says_clock:
            answers["clock"] = "UTC" if self.clock == "utc" else "local"
            asks.add("clock_unknown")
        flagged = None if self.flags == "none" else guessed
        table = [*self._above(channels), *([self._header()] if self.headed else []), *rows]
        return Written(
            name="wide.csv",
            data=self.text.write(table),
            truth=truth_of(channels, time, carried, stated, flagged),
            answers=answers,
            asks=frozenset(asks),
            readings=sum(held_in(one, grid) for one in channels),
        )

    def _above(self, channels: Sequence[Channel]) -> list[list[str]]:
        told = self.lead.above(channels)
        return [*[list(line) for line in _ABOVE[: max(0, self.above - len(told))]], *told]

    def _values(self, names: list[str]) -> list[str]:
        labelled = [self.flag_name.format(label=n, n=i) for i, n in enumerate(names, start=1)]
        if self.flags == "after":
            return [cell for pair in zip(names, labelled, strict=True) for cell in pair]
        if self.flags == "before":
            return [cell for pair in zip(labelled, names, strict=True) for cell in pair]
        return [*names, *labelled] if self.flags == "block" else names

    def _header(self) -> list[str]:
        names = LABELS[self.labels].names(self.columns, counted=self.change_days == "period")
        total = f"Total {self.lead.unit_word}" if self.lead.unit == "header" else "Grand Total"
        return [
            *self.lead.names(),
            *[name for name, _ in self.more],
            self.date_name,
            *([self.flag_name] if self.flags == "row" else []),
            *([total] if self.total == "before" else []),
            *self._values(names),
            *([name.replace("kWh", "kVArh") for name in names] if self.reactive_block else []),
            *([total] if self.total == "after" else []),
        ]

    def _rows(
        self, channel: Channel, partner: Channel | None, grid: Grid, time: Timeline
    ) -> tuple[list[list[str]], Float, npt.NDArray[np.bool_]]:
        """Rows of a channel with its kvarh beside it, the kWh they state, and what is estimated."""
        if self.reactive_block and channel.reactive:
            # The statuses of such a file are those of its kWh.
            return [], self.lead.write(channel.kwh)[1], np.zeros_like(channel.estimated)
        shown, stated = self.lead.write(channel.kwh)
        cells = _at(np.append(shown, self.lead.blank), grid.index)
        kept = _at(np.append(channel.read, False), grid.index)
        estimated = channel.estimated
        if self.flags == "row":
            # One status stands for all of a day's readings.
            whole = (_at(np.append(estimated, False), grid.index) & kept).any(axis=1)
            estimated = np.zeros(time.n + 1, dtype=bool)
            estimated[grid.index] = whole[:, None]
            estimated = estimated[:-1]
        marks = _at(np.append(estimated, False), grid.index)
        flags = np.where(kept, np.where(marks, self.flag_words[1], self.flag_words[0]), "")
        flags = np.where(kept, flags, self.flag_words[2]).astype(object)
        other = self._reactive(partner, grid)
        any_kept = kept.any(axis=1) if other is None else kept.any(axis=1) | other[1]
        lead = self.lead.cells(channel) if self.headed else [channel.ident, "1"]
        rows = []
        for day in np.flatnonzero(any_kept).tolist():
            inside = kept[day]
            status = self.flag_words[1 if marks[day][inside].any() else 0]
            total = self._number(float(np.nansum(stated[grid.index[day][inside]])))
            rows.append(
                [
                    *lead,
                    *[value for _, value in self.more],
                    grid.dates[day].astype(object).strftime(self.date_format),
                    *([status] if self.flags == "row" else []),
                    *([total] if self.total == "before" else []),
                    *self._values_of(cells[day], flags[day]),
                    *([] if other is None else other[0][day]),
                    *([total] if self.total == "after" else []),
                ]
            )
        return rows, stated, estimated

    def _reactive(
        self, partner: Channel | None, grid: Grid
    ) -> tuple[list[list[str]], npt.NDArray[np.bool_]] | None:
        if not self.reactive_block:
            return None
        kvarh = np.full(int(grid.index.max()) + 1, np.nan) if partner is None else partner.kwh
        shown = _at(np.append(self.lead.write(kvarh)[0], self.lead.blank), grid.index)
        told = np.asarray(_at(np.append(~np.isnan(kvarh), False), grid.index).any(axis=1))
        return [[self.text.number(cell) for cell in row] for row in shown], told

    def _values_of(
        self, cells: npt.NDArray[np.object_], flags: npt.NDArray[np.object_]
    ) -> list[str]:
        values = [self.text.number(cell) for cell in cells]
        marks = list(flags)
        if self.flags == "after":
            return [cell for pair in zip(values, marks, strict=True) for cell in pair]
        if self.flags == "before":
            return [cell for pair in zip(marks, values, strict=True) for cell in pair]
        return [*values, *marks] if self.flags == "block" else values

    def _number(self, kwh: float) -> str:
        return self.text.number(f"{kwh:.{self.lead.decimals}f}")


def _partner(style: Wide, channel: Channel, channels: Sequence[Channel]) -> Channel | None:
    if not style.reactive_block or channel.reactive:
        return None
    same = (one for one in channels if one.reactive and one.ident == channel.ident)
    return next(same, None)


def _at(values: npt.NDArray[Any], index: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Values by cell; the last of ``values`` stands where a cell has no half-hour."""
    return values[np.where(index == NONE, len(values) - 1, index)]


BRITISH_GAS: Final = Wide(labels="1", columns=48, headed=False)
"""No header: MPAN, a number, dd/mm/yyyy, 48 values."""
EDF_PORTAL: Final = Wide(
    labels="00:00",
    columns=50,
    change_days="period",
    date_format="%d-%m-%Y",
    flags="block",
    flag_name="{label}_Act_Est",
    flag_words=("Actual", "Estimated", "-"),
    more=(("Month", "Apr-25"),),
    lead=Lead(
        quantity="code", quantity_name="Measurement Type", unit="none", decimals=4, blank="-"
    ),
    text=Text(quoted=True),
)
"""Fifty columns called by wall times that hold settlement periods, then fifty statuses; ``-`` is
no reading."""
