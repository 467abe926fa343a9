"""Workbooks: sheets by meter point or quantity, pivots, statuses as fill colours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.archive import workbook_bytes
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
from characterise.simulate.layouts.written import Written, truth_of
from characterise.simulate.timeline import Timeline

_COLOURS: Final = {"Actual Read": "FFC6EFCE", "Estimated Read": "FFFFC7CE"}


@dataclass(frozen=True, slots=True)
class Book:
    """Choices of a workbook.

    Parameters
    ----------
    sheets
        ``one``, or one ``by_point``, ``by_quantity`` or ``by_month``.
    shape
        ``rows`` (a row a day); ``pivot`` (the same under a pivot's lines); ``across`` (half-hours
        down the side, dates across the top, one channel a sheet).
    labels
        Key of `LABELS`; ``wall`` kinds are local wall clock unless ``utc``.
    utc
        Days are UTC days, and a line above says so.
    colours
        Statuses are fill colours that a sheet called Legend explains.
    text_dates
        Dates are texts dd/mm/yyyy instead of dates.
    times
        Wall labels are times instead of texts.
    named_once
        A pivot names each meter point in the first of its rows only.
    above
        Lines above the header.
    """

    sheets: str = "one"
    shape: str = "rows"
    labels: str = "1"
    utc: bool = False
    colours: bool = False
    text_dates: bool = False
    times: bool = False
    named_once: bool = False
    above: int = 0
    lead: Lead = field(default_factory=lambda: Lead(quantity="code"))

    def write(self, channels: Sequence[Channel], time: Timeline) -> Written:
        """The workbook of these channels."""
        book = Workbook()
        book.remove(book.active)
        grid = self._grid(time)
        for title, members, days in self._parts(channels, grid):
            self._sheet(book.create_sheet(title), members, grid, days)
        if self.colours:
            _legend(book.create_sheet("Legend"))
        stated = [self.lead.write(one.kwh)[1] for one in channels]
        flags = [one.estimated for one in channels] if self.colours else None
        answers, asks = self.lead.answers(channels)
        if self.shape == "across" or (self.sheets == "by_point" and not self.lead.ident):
            answers.pop("meter_point", None)
            asks.discard("meter_point_unknown")
        if LABELS[self.labels].unit:
            answers.pop("unit", None)
            asks.discard("unit_unknown")
        return Written(
            name="book.xlsx",
            data=workbook_bytes(book),
            truth=truth_of(channels, time, [grid.sure] * len(channels), stated, flags),
            answers=answers,
            asks=frozenset(asks),
            readings=sum(held_in(one, grid) for one in channels),
        )

    def _grid(self, time: Timeline) -> Grid:
        if self.utc:
            return utc_days(time)
        if LABELS[self.labels].kind == "period":
            return settlement_days(time, 50)
        return wall_days(time)

    def _parts(
        self, channels: Sequence[Channel], grid: Grid
    ) -> list[tuple[str, list[Channel], list[int]]]:
        """Title, channels and days of each sheet."""
        every = list(range(len(grid.dates)))
        if self.shape == "across":
            return [(f"{one.ident} {one.quantity}", [one], every) for one in channels]
        if self.sheets == "by_quantity" or self.shape == "pivot":
            kinds = dict.fromkeys(one.quantity for one in channels)
            return [
                (f"{k} - Half Hourly Data", [c for c in channels if c.quantity == k], every)
                for k in kinds
            ]
        if self.sheets == "by_point":
            points = dict.fromkeys(one.ident for one in channels)
            return [(p, [c for c in channels if c.ident == p], every) for p in points]
        if self.sheets == "by_month":
            months = [date.astype(object).strftime("%B %Y") for date in grid.dates]
            return [
                (month, list(channels), [day for day in every if months[day] == month])
                for month in dict.fromkeys(months)
            ]
        return [("HH data", list(channels), every)]

    def _sheet(
        self, sheet: Worksheet, channels: Sequence[Channel], grid: Grid, days: Sequence[int]
    ) -> None:
        for line in self._above(channels):
            sheet.append(line)
        labels = self._labels(grid.index.shape[1])
        if self.shape == "across":
            self._across(sheet, channels[0], grid, labels)
            return
        settled = LABELS[self.labels].kind == "period" and not self.utc
        date = "Settlement Date" if settled else "Date"
        sheet.append([*self.lead.names(), date, *labels, "Grand Total"])
        for one in channels:
            named = False
            values = self._values(one)
            for day in days:
                cells = [values[place] for place in grid.index[day].tolist()]
                if all(cell is None for cell in cells):
                    continue
                lead: list[Any] = list(self.lead.cells(one))
                if self.named_once and named:
                    lead[0] = None
                total = round(sum(cell for cell in cells if cell is not None), self.lead.decimals)
                sheet.append([*lead, self._date(grid.dates[day]), *cells, total])
                self._paint(sheet, one, grid.index[day], len(lead) + 2)
                named = True

    def _above(self, channels: Sequence[Channel]) -> list[list[Any]]:
        lines: list[list[Any]] = [["Half-hourly data export"], [], ["Prepared for Albion Schools"]]
        lines = [line or [None] for line in lines[: self.above]]
        if self.shape == "pivot":
            lines += [["MeasurementQuantityId", channels[0].quantity], [None]]
            lines += [["Sum of total", None, "Period"]]
        if self.shape == "across":
            one = channels[0]
            lines += [["MPAN", one.ident], ["Quantity", one.quantity]]
            lines += [["Unit", "kVArh" if one.reactive else self.lead.unit_word]]
        elif self.lead.unit == "above":
            lines += [[f"All readings are in {self.lead.unit_word}"]]
        if self.utc:
            lines += [["All times are in UTC"]]
        elif LABELS[self.labels].kind != "period":
            lines += [["Clock: UK local time"]]
        return lines

    def _labels(self, columns: int) -> list[Any]:
        names: list[Any] = list(LABELS[self.labels].names(columns))
        if self.labels == "1":
            return [int(name) for name in names]
        if self.times and self.labels == "00:00":
            return [dt.time(slot // 2, slot % 2 * 30) for slot in range(SLOTS_PER_DAY)]
        return names

    def _date(self, date: np.datetime64) -> Any:
        day: dt.date = date.astype(object)
        return day.strftime("%d/%m/%Y") if self.text_dates else day

    def _values(self, channel: Channel) -> list[float | None]:
        """Values as the sheet states them, and a last None for cells that stand for no time."""
        shown, _ = self.lead.write(channel.kwh)
        read = channel.read.tolist()
        return [float(text) if told else None for text, told in zip(shown, read, strict=True)] + [
            None
        ]

    def _across(
        self, sheet: Worksheet, channel: Channel, grid: Grid, labels: Sequence[Any]
    ) -> None:
        sheet.append(["Half hour", *[self._date(date) for date in grid.dates]])
        values = self._values(channel)
        for place, label in enumerate(labels):
            sheet.append([label, *[values[at] for at in grid.index[:, place].tolist()]])
            if self.colours:
                self._paint(sheet, channel, grid.index[:, place], 2)

    def _paint(
        self, sheet: Worksheet, channel: Channel, index: np.ndarray[Any, Any], first: int
    ) -> None:
        if not self.colours:
            return
        for offset, place in enumerate(index.tolist()):
            if place != NONE and channel.read[place]:
                word = "Estimated Read" if channel.estimated[place] else "Actual Read"
                cell = sheet.cell(row=sheet.max_row, column=first + offset)
                cell.fill = PatternFill("solid", fgColor=_COLOURS[word])


def _legend(sheet: Worksheet) -> None:
    for row, (word, colour) in enumerate(_COLOURS.items(), start=2):
        sheet.cell(row=row, column=2).fill = PatternFill("solid", fgColor=colour)
        sheet.cell(row=row, column=3).value = word
