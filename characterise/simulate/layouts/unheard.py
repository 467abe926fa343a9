"""Layouts that no supplier's list has, but that an analyst of British meter data may hold.

Each says its unit, clock and side in words of its own; what a person would have to add stands in
the answers. Dumps of downloads, of dashboards, and of tables that somebody rearranged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY, local_clock
from characterise.simulate.channel import Channel
from characterise.simulate.layouts.grid import settlement_days, utc_days
from characterise.simulate.layouts.lead import Lead
from characterise.simulate.layouts.stamps import stamp_texts
from characterise.simulate.layouts.text import Text
from characterise.simulate.layouts.written import Written, truth_of
from characterise.simulate.timeline import Float, Timeline

_HALF: Final = np.timedelta64(1800, "s")
_EXCEL: Final = dt.date(1899, 12, 30)
Rows = list[list[str]]


def _shown(channel: Channel, unit: str = "kWh") -> list[str]:
    decimals = {"kWh": 3, "Wh": 0}[unit]
    return [str(text) for text in Lead(unit_word=unit, decimals=decimals).write(channel.kwh)[0]]


def _file(
    rows: Rows,
    channels: Sequence[Channel],
    time: Timeline,
    text: Text | None = None,
    answers: dict[str, str] | None = None,
    *,
    flagged: bool = False,
) -> Written:
    sure = [np.ones(time.n, dtype=bool)] * len(channels)
    stated: list[Float] = [np.round(one.kwh, 3) for one in channels]
    marks = [one.estimated for one in channels] if flagged else None
    return Written(
        name="unheard.csv",
        data=(text or Text()).write(rows),
        truth=truth_of(channels, time, sure, stated, marks),
        answers=answers or {},
        readings=sum(int(one.read.sum()) for one in channels),
    )


def _points(channels: Sequence[Channel]) -> list[Channel]:
    """Active import of each meter point."""
    return [one for one in channels if one.quantity == "AI"]


def column_for_each_meter(channels: Sequence[Channel], time: Timeline) -> Written:
    """A stamp, then one column for each meter point, called by its MPAN."""
    points = _points(channels)
    stamps = stamp_texts(time.starts(), "%Y-%m-%d %H:%M")
    table = [list(row) for row in zip(stamps, *map(_shown, points), strict=True)]
    head = ["Start (UTC)", *[one.ident for one in points]]
    return _file([["Half-hourly kWh by MPAN"], head, *table], points, time)


def periods_and_a_column_for_each_meter(channels: Sequence[Channel], time: Timeline) -> Written:
    """Settlement date and period, then one column for each MPAN."""
    points = _points(channels)
    clock = local_clock(time.first_day, time.n_days)
    dates = stamp_texts(clock.date.reshape(-1).astype("datetime64[D]"), "%d/%m/%Y")
    periods = [str(period) for period in clock.period.reshape(-1).tolist()]
    table = [list(row) for row in zip(dates, periods, *map(_shown, points), strict=True)]
    head = ["Settlement Date", "Settlement Period", *[f"{one.ident} kWh" for one in points]]
    return _file([head, *table], points, time)


def dates_across(channels: Sequence[Channel], time: Timeline) -> Written:
    """Settlement periods down the side, dates across the top, one meter point above."""
    one = _points(channels)[0]
    grid = settlement_days(time, 50)
    shown = [*_shown(one), ""]
    head = ["Settlement Period", *stamp_texts(grid.dates, "%d/%m/%Y")]
    table = [
        [str(period + 1), *[shown[place] for place in grid.index[:, period].tolist()]]
        for period in range(50)
    ]
    return _file([["MPAN", one.ident], ["Unit", "kWh"], head, *table], [one], time)


def stamps_across(channels: Sequence[Channel], time: Timeline) -> Written:
    """One row for each meter point, a column for each half-hour of the whole span."""
    points = _points(channels)
    head = ["MPAN", "Unit", *stamp_texts(time.starts(), "%Y-%m-%dT%H:%MZ")]
    rows = [[one.ident, "kWh", *_shown(one)] for one in points]
    above = ["Columns are the starts of half-hours"]
    return _file([above, head, *rows], points, time)


def quantities_side_by_side(channels: Sequence[Channel], time: Timeline) -> Written:
    """A smart meter's profile log: import and export in Wh and varh beside one stamp."""
    ident = channels[0].ident
    own = [one for one in channels if one.ident == ident]
    names = {
        "AI": "Active Import (Wh)",
        "AE": "Active Export (Wh)",
        "RI": "Reactive Import (varh)",
        "RE": "Reactive Export (varh)",
    }
    stamps = stamp_texts(time.starts(), "%Y-%m-%dT%H:%M:%SZ")
    shown = [_shown(one, "Wh") for one in own]
    table = [[ident, *row] for row in zip(stamps, *shown, strict=True)]
    head = ["MPAN", "Interval Start (UTC)", *[names[one.quantity] for one in own]]
    return _file([head, *[list(row) for row in table]], own, time)


def two_rows_of_header(channels: Sequence[Channel], time: Timeline) -> Written:
    """What a block holds stands in one cell over its first column, the times below."""
    ident = channels[0].ident
    own = [one for one in channels if one.ident == ident and one.quantity in ("AI", "AE")]
    grid = utc_days(time)
    names = {"AI": "Import (kWh)", "AE": "Export (kWh)"}
    walls = [f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in range(SLOTS_PER_DAY)]
    top = ["", ""]
    for one in own:
        top += [names[one.quantity], *[""] * (SLOTS_PER_DAY - 1)]
    shown = [_shown(one) for one in own]
    table = [
        [ident, date, *[cells[place] for cells in shown for place in grid.index[day].tolist()]]
        for day, date in enumerate(stamp_texts(grid.dates, "%d/%m/%Y"))
    ]
    return _file([top, ["MPAN", "Date (UTC)", *walls * len(own)], *table], own, time)


def spreadsheet_day_numbers(channels: Sequence[Channel], time: Timeline) -> Written:
    """Dates that a spreadsheet wrote as the number of days since 1900."""
    points = _points(channels)
    grid = settlement_days(time, 50)
    rows = [["MPAN", "Settlement Date", "Unit", *[f"HH{n}" for n in range(1, 51)]]]
    for one in points:
        shown = [*_shown(one), ""]
        for day, date in enumerate(grid.dates.astype(object).tolist()):
            cells = [shown[place] for place in grid.index[day].tolist()]
            if any(cells):
                rows.append([one.ident, str((date - _EXCEL).days), "kWh", *cells])
    return _file(rows, points, time)


def four_digit_times(channels: Sequence[Channel], time: Timeline) -> Written:
    """Columns 0000 to 2330."""
    points = _points(channels)
    grid = utc_days(time)
    walls = [f"{slot // 2:02d}{slot % 2 * 30:02d}" for slot in range(SLOTS_PER_DAY)]
    rows = [["MPAN", "Date (GMT)", "Units", *walls]]
    for one in points:
        shown = _shown(one)
        for day, date in enumerate(stamp_texts(grid.dates, "%d-%b-%Y")):
            cells = [shown[place] for place in grid.index[day].tolist()]
            rows.append([one.ident, date, "kWh", *cells])
    return _file(rows, points, time)


def settlement_dump(channels: Sequence[Channel], time: Timeline) -> Written:
    """Bars between MPAN, quantity, settlement date, period, kWh and status; no header."""
    clock = local_clock(time.first_day, time.n_days)
    dates = stamp_texts(clock.date.reshape(-1).astype("datetime64[D]"), "%Y%m%d")
    periods = clock.period.reshape(-1).tolist()
    active = [one for one in channels if not one.reactive]
    rows = [
        [one.ident, one.quantity, dates[n], str(periods[n]), text, "E" if one.estimated[n] else "A"]
        for one in active
        for n, text in enumerate(_shown(one))
        if text
    ]
    return _file(rows, active, time, Text(delimiter="|"), flagged=True)


def full_mpans(channels: Sequence[Channel], time: Timeline) -> Written:
    """The whole number of 21 digits, in groups, before a stamp in words."""
    points = _points(channels)
    stamps = stamp_texts(time.starts() + _HALF, "%a %d %B %Y %H:%M")
    rows = [["Supply number (S)", "Half hour ending (UTC)", "Used kWh"]]
    for one in points:
        full = f"00 801 902 {one.ident[:2]} {one.ident[2:6]} {one.ident[6:10]} {one.ident[10:]}"
        rows += [[full, stamps[n], text] for n, text in enumerate(_shown(one)) if text]
    return _file(rows, points, time)


def home_display(channels: Sequence[Channel], time: Timeline) -> Written:
    """An in-home display's cloud: one home, no MPAN, milliseconds since 1970."""
    one = _points(channels)[0]
    stamps = (time.starts().astype("datetime64[ms]").astype(np.int64)).tolist()
    rows = [["timestamp_ms (interval start, UTC)", "electricity.consumption (kWh)"]]
    rows += [[str(stamps[n]), text] for n, text in enumerate(_shown(one)) if text]
    return _file(rows, [one], time, answers={"meter_point": one.ident})


UNHEARD: Final[dict[str, Callable[[Sequence[Channel], Timeline], Written]]] = {
    layout.__name__: layout
    for layout in (
        column_for_each_meter,
        periods_and_a_column_for_each_meter,
        dates_across,
        stamps_across,
        quantities_side_by_side,
        two_rows_of_header,
        spreadsheet_day_numbers,
        four_digit_times,
        settlement_dump,
        full_mpans,
        home_display,
    )
}
"""Writers by name."""


def register_readings(channels: Sequence[Channel], time: Timeline) -> Written:
    """What a meter's register showed at each half-hour, not what was used in it."""
    one = _points(channels)[0]
    stamps = stamp_texts(time.starts(), "%d/%m/%Y %H:%M:%S")
    shown = np.cumsum(np.nan_to_num(one.kwh)) + 10_000
    rows = [["MPAN", "Time stamp (UTC start)", "Meter reading (kWh)"]]
    rows += [[one.ident, stamps[n], f"{shown[n]:.1f}"] for n in range(time.n)]
    return _file(rows, [], time)
