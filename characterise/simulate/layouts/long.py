"""Long files: one row a reading, stamped, or dated with a time or a settlement period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from characterise.settlement import local_clock
from characterise.simulate.channel import Channel
from characterise.simulate.layouts.lead import Lead
from characterise.simulate.layouts.stamps import (
    DATE_TIME_NAMES,
    STAMP_NAMES,
    Stamps,
    local_times,
    stamp_texts,
)
from characterise.simulate.layouts.text import Text
from characterise.simulate.layouts.written import Written, truth_of
from characterise.simulate.timeline import Bool, Float, Timeline


@dataclass(frozen=True, slots=True)
class Long:
    """Choices of a long file.

    Parameters
    ----------
    time
        ``stamp``; ``date_time`` (two columns); ``period`` (date and settlement period);
        ``start_end`` (a stamp for each); ``dates_times`` (date and time of both).
    side
        Which end of the interval a stamp names.
    ends
        End stamps of local clocks: ``instant`` (the local time at which the interval ends) or
        ``shifted`` (the local start and half an hour, whatever the clocks do).
    midnight
        Of end times in a column of their own: ``next`` (00:00 of the next date), ``closing``
        (00:00 of the day that it closes) or ``24:00``.
    clock
        ``utc``, ``local``, ``offset`` (local with +01:00 or +00:00) or ``zulu`` (UTC with a Z).
    name
        Key of `STAMP_NAMES`, for ``stamp``; it may say side and clock.
    names
        Key of `DATE_TIME_NAMES`, for ``date_time``.
    date_format, time_format
        Of the parts of a stamp; ``joint`` stands between them.
    minutes
        15, 30 or 60.
    order
        ``rising`` or ``falling`` times within a channel, or ``mixed``: all channels by time.
    flags
        Name of the status column; empty for none.
    flag_words
        Actual and estimated.
    """

    time: str = "stamp"
    side: str = "start"
    ends: str = "instant"
    midnight: str = "next"
    clock: str = "utc"
    name: str = "Start (UTC)"
    names: tuple[str, str] = ("Date", "Time")
    date_format: str = "%d/%m/%Y"
    time_format: str = "%H:%M"
    joint: str = " "
    minutes: int = 30
    order: str = "rising"
    flags: str = ""
    flag_words: tuple[str, str] = ("Actual", "Estimated")
    value_name: str = "Consumption"
    above: tuple[tuple[str, ...], ...] = ()
    lead: Lead = field(default_factory=Lead)
    text: Text = field(default_factory=Text)

    @property
    def says(self) -> tuple[str, str]:
        """Side and clock that the header says."""
        if self.time == "period":
            return "start", "local"
        if self.time in ("start_end", "dates_times"):
            return "start", "utc" if self.clock in ("offset", "zulu") else ""
        one = self.time == "stamp"
        side, clock = STAMP_NAMES[self.name] if one else DATE_TIME_NAMES[self.names]
        return side, clock or ("utc" if self.clock in ("offset", "zulu") else "")

    def write(self, channels: Sequence[Channel], time: Timeline) -> Written:
        """The file of these channels."""
        starts, labels, sure = self._labels(time)
        rows: list[tuple[np.datetime64, int, list[str]]] = []
        carried, stated, guessed = [], [], []
        times = self._times(labels, starts, time)
        for number, one in enumerate(channels):
            kwh = self._intervals(one.kwh)
            shown, energy = self.lead.write(kwh, minutes=self.minutes)
            keep = np.flatnonzero(~np.isnan(kwh))
            marks = np.where(self._intervals(one.estimated.astype(np.float64)) > 0, 1, 0)
            lead = self.lead.cells(one)
            for place in keep.tolist():
                flag = [self.flag_words[marks[place]]] if self.flags else []
                value = self.text.number(str(shown[place]))
                rows.append((starts[place], number, [*lead, *times[place], value, *flag]))
            kept = np.zeros(time.n, dtype=bool)
            kept[:] = self._told(labels, keep, sure, time.n)
            carried.append(kept)
            stated.append(self._halves(energy, time.n))
            guessed.append(one.estimated)
        table = [row for _, _, row in self._ordered(rows)]
        answers, asks = self.lead.answers(channels)
        if any(unit in self.value_name for unit in ("kWh", "KWH")):
            answers.pop("unit", None)
            asks.discard("unit_unknown")
        side, clock = self.says
        if not side:
            answers["side"] = self.side
            asks.add("side_unknown")
        if not clock:
            answers["clock"] = "local" if self.clock == "local" else "UTC"
            asks.add("clock_unknown")
        head = [*self.lead.names(), *self._names(), self.value_name, *self._flag_names()]
        above = [*[list(line) for line in self.above], *self.lead.above(channels)]
        return Written(
            name="long.csv",
            data=self.text.write([*above, head, *table]),
            truth=truth_of(
                channels,
                time,
                carried,
                stated,
                guessed if self.flags else None,
                actual="derived" if self.minutes < 30 else "actual",
            ),
            answers=answers,
            asks=frozenset(asks),
            readings=len(table),
        )

    def _flag_names(self) -> list[str]:
        return [self.flags] if self.flags else []

    def _ordered(
        self, rows: list[tuple[np.datetime64, int, list[str]]]
    ) -> list[tuple[np.datetime64, int, list[str]]]:
        if self.order == "mixed":
            return sorted(rows, key=lambda row: (row[0], row[1]))
        if self.order == "falling":
            # Channels in order, each from its last reading to its first.
            return sorted(rows[::-1], key=lambda row: row[1])
        return rows

    def _intervals(self, halves: Float) -> Float:
        """Energies of intervals from those of half-hours: divided evenly, or added up."""
        if self.minutes == 60:
            return np.asarray(halves.reshape(-1, 2).sum(axis=1), dtype=np.float64)
        parts = 30 // self.minutes
        return np.repeat(halves / parts, parts)

    def _halves(self, energy: Float, n: int) -> Float:
        if self.minutes == 60:
            return np.full(n, np.nan)
        return np.asarray(energy.reshape(n, -1).sum(axis=1), dtype=np.float64)

    def _labels(self, time: Timeline) -> tuple[Stamps, Stamps, Bool]:
        """UTC starts, stamps as the file's clock shows them, and which stamps stand alone."""
        step = np.timedelta64(self.minutes * 60, "s")
        n = time.n * 30 // self.minutes
        starts = np.datetime64(time.first_day, "us") + np.arange(n) * step
        late = step if self.side == "end" else np.timedelta64(0, "s")
        if self.clock in ("utc", "zulu") or self.time == "period":
            return starts, starts + late, np.ones(n, dtype=bool)
        shifted = self.ends == "shifted" and self.clock == "local"
        labels = local_times(starts) + late if shifted else local_times(starts + late)
        _, inverse, count = np.unique(labels, return_inverse=True, return_counts=True)
        alone = np.ones(n, dtype=bool) if self.clock == "offset" else count[inverse] == 1
        return starts, labels, alone

    def _told(
        self, labels: Stamps, keep: npt.NDArray[np.int64], sure: Bool, n: int
    ) -> npt.NDArray[np.bool_]:
        """(n,) half-hours whose stamps say which they are: alone, or both of a repeated pair."""
        if self.minutes == 60:
            return np.zeros(n, dtype=bool)
        _, inverse, count = np.unique(labels[keep], return_inverse=True, return_counts=True)
        good = np.zeros(len(labels), dtype=bool)
        good[keep] = sure[keep] | (count[inverse] == 2)
        return np.asarray(good.reshape(n, -1).all(axis=1))

    def _names(self) -> list[str]:
        if self.time == "period":
            return ["Settlement Date", "Settlement Period"]
        if self.time == "start_end":
            return ["Start", "End"]
        if self.time == "dates_times":
            return ["Start Date", "Start Time", "End Date", "End Time"]
        return list(self.names) if self.time == "date_time" else [self.name]

    def _times(self, labels: Stamps, starts: Stamps, time: Timeline) -> list[list[str]]:
        """Cells that say the time of each interval."""
        if self.time == "period":
            clock = local_clock(time.first_day, time.n_days)
            dates = stamp_texts(clock.date.reshape(-1).astype("datetime64[D]"), self.date_format)
            periods = [str(period) for period in clock.period.reshape(-1).tolist()]
            return [list(pair) for pair in zip(dates, periods, strict=True)]
        offsets = self._offsets(labels, starts)
        if self.time in ("start_end", "dates_times"):
            step = np.timedelta64(self.minutes * 60, "s")
            utc = self.clock in ("utc", "zulu")
            ends = starts + step if utc else local_times(starts + step)
            first, second = self._parts(labels), self._parts(ends)
            if self.time == "dates_times":
                return [[*a, *b] for a, b in zip(first, second, strict=True)]
            after = self._offsets(ends, starts + step)
            return [
                [self.joint.join(a) + x, self.joint.join(b) + y]
                for a, b, x, y in zip(first, second, offsets, after, strict=True)
            ]
        if self.time == "date_time":
            return [
                [date, when + o]
                for (date, when), o in zip(self._parts(labels), offsets, strict=True)
            ]
        return [[self.joint.join(p) + o] for p, o in zip(self._parts(labels), offsets, strict=True)]

    def _parts(self, labels: Stamps) -> list[tuple[str, str]]:
        """Date and time texts of stamps."""
        shown = labels
        midnight = labels == labels.astype("datetime64[D]")
        closing = self.time == "date_time" and self.side == "end" and self.midnight != "next"
        if closing:
            shown = np.where(midnight, labels - np.timedelta64(1, "D"), labels)
        dates = stamp_texts(shown, self.date_format)
        times = stamp_texts(labels, self.time_format)
        if closing and self.midnight == "24:00":
            last = self.time_format.replace("%H", "24").replace("%M", "00").replace("%S", "00")
            times = [last if full else t for t, full in zip(times, midnight.tolist(), strict=True)]
        return list(zip(dates, times, strict=True))

    def _offsets(self, labels: Stamps, instants: Stamps) -> list[str]:
        if self.clock == "zulu":
            return ["Z"] * len(labels)
        if self.clock != "offset":
            return [""] * len(labels)
        late = self.time in ("stamp", "date_time") and self.side == "end"
        utc = instants + np.timedelta64(self.minutes * 60, "s") if late else instants
        return [
            "+01:00" if shown != told else "+00:00" for shown, told in zip(labels, utc, strict=True)
        ]
