"""What homes can download: Octopus' table and n3rgy's JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from characterise.simulate.channel import Channel
from characterise.simulate.layouts.lead import Lead
from characterise.simulate.layouts.stamps import local_times, stamp_texts
from characterise.simulate.layouts.text import Text
from characterise.simulate.layouts.written import Written, texts, truth_of
from characterise.simulate.timeline import Timeline

_HALF = np.timedelta64(1800, "s")


@dataclass(frozen=True, slots=True)
class Octopus:
    """Choices of Octopus' download: one meter point that it does not name, stamps with offsets.

    Parameters
    ----------
    costs
        Newer files have two columns of costs between reading and times.
    word
        How ``kwh`` is written in the header.
    zeros
        Whether half-hours of nothing have a row; without one they are missing, not zero.
    spaced
        A space follows each comma.
    """

    costs: bool = True
    word: str = "kwh"
    zeros: bool = True
    spaced: bool = True

    def write(self, channels: Sequence[Channel], time: Timeline) -> Written:
        """The file of the first channel."""
        one = channels[0]
        lead = Lead(decimals=3)
        shown, kwh = lead.write(one.kwh)
        starts, ends = time.starts(), time.starts() + _HALF
        head = [f"Consumption ({self.word})"]
        if self.costs:
            head += ["Estimated Cost Inc. Tax (p)", "Standing Charge Inc. Tax (p)"]
        keep = one.read & (self.zeros | (np.nan_to_num(kwh) != 0))
        cost = texts(np.nan_to_num(one.kwh) * 24.5, 4)
        first, last = _with_offset(starts), _with_offset(ends)
        rows = [
            [str(shown[n]), *([str(cost[n]), "0.9"] if self.costs else []), first[n], last[n]]
            for n in np.flatnonzero(keep).tolist()
        ]
        answers = {"meter_point": one.ident}
        if one.quantity != "AI":
            answers["quantity"] = one.quantity
        return Written(
            name="octopus.csv",
            data=Text(spaced=self.spaced).write([[*head, "Start", "End"], *rows]),
            truth=truth_of([one], time, [keep], [kwh], None),
            answers=answers,
            asks=frozenset({"meter_point_unknown"}),
            readings=len(rows),
        )


@dataclass(frozen=True, slots=True)
class N3rgy:
    """Choices of n3rgy's consumer series: ends in UTC, which it does not say.

    Parameters
    ----------
    unit
        Whether the unit is named.
    joint
        Between date and time of a stamp.
    """

    unit: bool = True
    joint: str = " "
    lead: Lead = field(default_factory=lambda: Lead(trimmed=True))

    def write(self, channels: Sequence[Channel], time: Timeline) -> Written:
        """The file of the first channel."""
        one = channels[0]
        _, kwh = self.lead.write(one.kwh)
        stamps = stamp_texts(time.starts() + _HALF, f"%Y-%m-%d{self.joint}%H:%M")
        values = [
            {"timestamp": stamps[n], "value": round(float(kwh[n]), self.lead.decimals)}
            for n in np.flatnonzero(one.read).tolist()
        ]
        held: dict[str, object] = {
            "resource": "/2/electricity/consumption/1",
            "responseTimestamp": "2026-01-05T09:00:00.000Z",
            "start": f"{time.first_day:%Y%m%d}0000",
            "granularity": "halfhour",
            "values": values,
            "availableCacheRange": {"start": "202001010000", "end": "202601050000"},
        }
        answers = {"meter_point": one.ident, "side": "end", "clock": "UTC"}
        asks = {"meter_point_unknown", "side_unknown", "clock_unknown"}
        if self.unit:
            held["unit"] = "kWh"
        else:
            answers["unit"] = "kWh"
            asks.add("unit_unknown")
        return Written(
            name="n3rgy.json",
            data=json.dumps(held).encode(),
            truth=truth_of([one], time, [one.read], [kwh], None),
            answers=answers,
            asks=frozenset(asks),
            readings=len(values),
        )


def _with_offset(instants: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> list[str]:
    walls = local_times(instants)
    late = (walls != instants).tolist()
    shown = stamp_texts(walls, "%Y-%m-%dT%H:%M:%S")
    return [text + ("+01:00" if late[n] else "+00:00") for n, text in enumerate(shown)]
