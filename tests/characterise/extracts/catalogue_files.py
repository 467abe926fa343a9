"""Files of supplier feeds, written from their descriptions and nothing else."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
from catalogue_feeds import Feed

from characterise.settlement import local_clock
from characterise.simulate.channel import Channel
from characterise.simulate.timeline import Timeline


def write_feed(feed: Feed, channel: Channel, time: Timeline, *, unit: str = "") -> bytes:
    """A file as the feed's description has it."""
    write = _long_rows if feed.long else _wide_rows
    rows = write(feed, channel, time, unit)
    above = [["Reporting Set", "All sites"], ["Company Name", "Albion School"], [], ["Report"]]
    above = [above[n % 4] for n in range(feed.above)]
    if feed.sep_line:
        above = [["sep=,"]]
    table = [*above, *([list(feed.header)] if feed.headed else []), *rows]
    return ("\n".join(",".join(row) for row in table) + "\n").encode()


def _cells(feed: Feed, channel: Channel, unit: str, when: dt.date) -> list[str]:
    """The cells of a row that are no readings."""
    cells = []
    for raw in feed.header:
        name = raw.strip()
        if name and name == feed.ident:
            cells.append(channel.ident)
        elif name and name == feed.serial:
            cells.append("E12BG00001")
        elif name and name == feed.date.strip():
            cells.append(when.strftime(feed.date_format.replace("%H:%M:%S %a ", "00:00:00 %a ")))
        else:
            cells.append(_filler(name, unit))
    return cells


FILLERS = (
    (r"^units?$|reportingunit|meter units|^unit$", "unit"),
    (r"^(measurement quantity id|mq)$", "AI"),
    (r"^measurementtype$", "Import"),
    (r"commodity|fuel|utilitytype", "fuel"),
    (r"site name|^site$|company|customer|client|group|consumer", "Albion School"),
    (r"address", "1 Long Street"),
    (r"quality\(%", "100"),
    (r"read ?type|actual or estimate|^est$|colstatus|meter_read_type|readingtype", "A"),
    (r"total|consumption|reading$|read$|max|sum", "0"),
    (r"serial|msn", "E12BG00001"),
)


def _filler(name: str, unit: str) -> str:
    for pattern, text in FILLERS:
        if re.search(pattern, name, re.IGNORECASE):
            if text == "unit":
                return unit or "kWh"
            return ("Gas" if unit == "m3" else "Electricity") if text == "fuel" else text
    return ""


def _wide_rows(feed: Feed, channel: Channel, time: Timeline, unit: str) -> list[list[str]]:
    rows = []
    for number in range(time.n_days):
        day = time.first_day + dt.timedelta(days=number)
        told = day + dt.timedelta(days=1) if feed.delayed else day
        cells = _cells(feed, channel, unit, told)
        for column in feed.values:
            cells[column] = ""
        for place, column in enumerate(feed.values[:48]):
            at = 48 * number + place
            value = channel.kwh[at]
            cells[column] = "" if np.isnan(value) else f"{value:.3f}"
            if column in feed.flags:
                cells[feed.flags[column]] = "E" if channel.estimated[at] else "A"
        for column, name in enumerate(feed.header):
            if re.search(r"total|^Sum HH|^Consumption( \(kWh\))?$|DateConsumption$", name):
                cells[column] = f"{np.nansum(channel.kwh[48 * number : 48 * number + 48]):.3f}"
        rows.append(cells)
    return rows


def _long_rows(feed: Feed, channel: Channel, time: Timeline, unit: str) -> list[list[str]]:
    period = local_clock(time.first_day, time.n_days).period.reshape(-1)
    late = 30 if feed.side == "end" else 0
    rows = []
    names = [name.strip() for name in feed.header]
    for at in np.flatnonzero(channel.read).tolist():
        start = dt.datetime.combine(time.first_day, dt.time()) + dt.timedelta(minutes=30 * at)
        stamp = start + dt.timedelta(minutes=late)
        whole = feed.date_format if feed.date_format != "n/a" else "%d/%m/%Y"
        cells = _cells(feed, channel, unit, stamp.date())
        cells[names.index(feed.date.strip())] = stamp.strftime(whole)
        end = start + dt.timedelta(minutes=30)
        for column, name in enumerate(names):
            if name == feed.time:
                cells[column] = stamp.strftime("%H:%M")
            elif name == "Sett Period":
                cells[column] = str(period[at])
            elif name == "End Date":
                cells[column] = end.strftime(whole)
            elif name == "End Time":
                cells[column] = end.strftime("%H:%M")
        for column in feed.values:
            cells[column] = f"{channel.kwh[at]:.3f}"
        rows.append(cells)
    return rows
