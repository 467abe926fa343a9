"""Record files: Stark DF2 and D0036, a few lines of context before the readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from characterise.settlement import local_clock
from characterise.simulate.channel import Channel
from characterise.simulate.layouts.grid import NONE, settlement_days
from characterise.simulate.layouts.lead import Lead
from characterise.simulate.layouts.stamps import local_times, stamp_texts
from characterise.simulate.layouts.text import Text
from characterise.simulate.layouts.written import Written, readings_of, truth_of
from characterise.simulate.timeline import Timeline

_SENSORS: Final = {"AI": "1", "AE": "2", "RI": "3", "RE": "4"}


@dataclass(frozen=True, slots=True)
class StarkDf2:
    """Choices of a Stark DF2 file; it says no unit, and its stamps are ends.

    Parameters
    ----------
    comma
        ``#O,1200...`` instead of ``#O1200...``.
    name_after
        A meter's name stands behind the MPAN: ``#O1200...-E12BG00001``.
    clock
        ``utc`` or ``local``; the file says neither.
    """

    comma: bool = True
    name_after: bool = False
    clock: str = "utc"
    lead: Lead = field(default_factory=lambda: Lead(unit="none", decimals=2))
    text: Text = field(default_factory=Text)

    def write(self, channels: Sequence[Channel], time: Timeline) -> Written:
        """The file of these channels."""
        ends = time.starts() + np.timedelta64(1800, "s")
        labels = ends if self.clock == "utc" else local_times(ends)
        dates, times = stamp_texts(labels, "%d/%m/%Y"), stamp_texts(labels, "%H:%M")
        lines = ["#F2"]
        carried, stated = [], []
        glue = "," if self.comma else ""
        for number, one in enumerate(channels):
            name = f"-E12BG{number:05d}" if self.name_after else ""
            lines += [f"#O{glue}{one.ident}{name}", f"#S{glue}{_SENSORS[one.quantity]}"]
            shown, kwh = self.lead.write(one.kwh)
            keep = np.flatnonzero(one.read)
            lines += [
                f"{dates[n]},{times[n]},{shown[n]},{'E' if one.estimated[n] else 'A'}"
                for n in keep.tolist()
            ]
            _, inverse, count = np.unique(labels[keep], return_inverse=True, return_counts=True)
            _, whole, often = np.unique(labels, return_inverse=True, return_counts=True)
            sure = often[whole] == 1
            sure[keep] |= count[inverse] == 2
            carried.append(sure)
            stated.append(kwh)
        lines.append("#F2")
        answers = {"unit": "kWh", "clock": "UTC" if self.clock == "utc" else "local"}
        return Written(
            name="stark.df2",
            data=self.text.write([[line] for line in lines]).replace(b'"', b""),
            truth=truth_of(channels, time, carried, stated, [one.estimated for one in channels]),
            answers=answers,
            asks=frozenset({"unit_unknown", "clock_unknown"}),
            readings=readings_of(channels),
        )


@dataclass(frozen=True, slots=True)
class D0036:
    """Choices of a D0036 flow: kWh to one decimal by settlement period.

    Parameters
    ----------
    padded
        Days have at least 48 rows; those that a short day lacks carry the indicator C.
    framed
        Header and trailer records stand around the readings.
    """

    padded: bool = False
    framed: bool = True
    text: Text = field(default_factory=lambda: Text(delimiter="|"))

    def write(self, channels: Sequence[Channel], time: Timeline) -> Written:
        """The file of these channels."""
        grid = settlement_days(time, 50)
        lengths = _lengths(time, len(grid.dates))
        lead = Lead(decimals=1)
        rows = []
        stated = []
        for one in channels:
            shown, kwh = lead.write(one.kwh)
            rows.append(["101", one.ident, one.quantity, "SUPP", ""])
            for day, length in enumerate(lengths):
                index = grid.index[day, :length]
                if (index == NONE).all() or not one.read[index[index != NONE]].any():
                    continue
                rows.append(["102", grid.dates[day].astype(object).strftime("%Y%m%d"), ""])
                for place in index.tolist():
                    told = place != NONE and bool(one.read[place])
                    mark = "E" if place != NONE and one.estimated[place] else "A"
                    rows.append(["103", mark, str(shown[place]) if told else "", ""])
                if self.padded:
                    rows += [["103", "C", "", ""]] * max(0, 48 - length)
            stated.append(kwh)
        head = ["ZHV", "FILE0001", "D0036001", "C", "HHDC", "X", "SUPP", "20250115060000"]
        if self.framed:
            rows = [
                [*head, "", "", "", "OPER", ""],
                *rows,
                ["ZPT", "FILE0001", str(len(rows)), "", "1", "20250115060000", ""],
            ]
        sure = [grid.sure] * len(channels)
        truth = truth_of(channels, time, sure, stated, [one.estimated for one in channels])
        data = self.text.write(rows)
        return Written("d0036.usr", data, truth, readings=readings_of(channels))


def _lengths(time: Timeline, days: int) -> list[int]:
    """Settlement periods of each local day of the span."""
    period = local_clock(time.first_day, days + 1).period.reshape(-1).astype(np.int64)
    date = local_clock(time.first_day, days + 1).date.reshape(-1).astype(np.int64)
    first = int(np.datetime64(time.first_day, "D").astype(np.int64))
    return [int(period[date == first + day].max()) for day in range(days)]
