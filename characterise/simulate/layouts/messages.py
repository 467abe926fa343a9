"""IF-021 messages in every spelling that sister samples suggest, with every quality code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.channel import Channel
from characterise.simulate.layouts.lead import Lead
from characterise.simulate.layouts.stamps import stamp_texts
from characterise.simulate.layouts.written import TRUTH, Written, readings_of, truth_of
from characterise.simulate.timeline import Timeline

QUALITY_CODES: Final = (
    *("A", "A1", "A2", "A3", "AAE1", "AAE2", "AAE3", "EAE1", "EAE2", "EAE3", "E"),
    *(f"E{number}" for number in range(10)),
    *(f"EA{number}" for number in range(1, 14)),
    *("ZE", "ZE1", "ZE2", "ZE3"),
)
"""Every code of the settlement-period quality that was published."""
_DERIVED: Final = ("A1", "A2", "A3", "AAE1", "AAE2", "AAE3")
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "mpan": ("MPANCore", "mpanCore", "mpan"),
    "quantity": ("measurementQuantityID", "measurementQuantityId", "MeasurementQuantityID"),
    "date": ("UTCSettlementDate", "utcSettlementDate"),
    "end": (
        "sp",
        "settlementPeriodEffectiveTo",
        "SettlementPeriodEffectiveTo",
        "settlementPeriodEffectiveToDateTime",
        "utcSettlementPeriodEffectiveTo",
    ),
    "value": ("v", "UTCPeriodConsumptionValue", "utcPeriodConsumptionValueV"),
    "quality": ("q", "qualityIndicator", "UTCPeriodConsumptionQuality"),
    "reason": ("e", "estimationReasonCode"),
}
"""Spellings of each item, seen or implied."""


@dataclass(frozen=True, slots=True)
class If021:
    """Choices of a file of IF-021 messages.

    Parameters
    ----------
    keys
        Spelling of each item of `KEYS`, by its place there.
    lists
        Repeating blocks are called ``B046List`` and ``B047List``; else by their bare numbers.
    codes
        Read statuses walk through all of `QUALITY_CODES` instead of A and E1.
    event
        ``list``, ``text`` or ``bracketed``: how the event code is written.
    numbers_as_text
        Values are JSON strings.
    days
        UTC days in one message.
    single
        A file of one message is that message and no list.
    """

    keys: dict[str, int] = field(default_factory=dict)
    lists: bool = True
    codes: bool = False
    event: str = "text"
    numbers_as_text: bool = False
    days: int = 1
    single: bool = False

    def write(self, channels: Sequence[Channel], time: Timeline) -> Written:
        """The file of these channels."""
        messages = []
        parts = [TRUTH.to_frame()]
        for one in channels:
            shown, kwh = Lead(decimals=3, trimmed=True).write(one.kwh)
            told = (
                np.array([QUALITY_CODES[n % len(QUALITY_CODES)] for n in range(time.n)])
                if self.codes
                else np.where(one.estimated, "E1", "A")
            )
            messages += list(self._messages(one, time, shown, told))
            guessed = ~np.isin(told, ("A", *_DERIVED))
            for quality in ("actual", "derived"):
                now = np.isin(told, _DERIVED) == (quality == "derived")
                truth = truth_of([one], time, [now], [kwh], [guessed], actual=quality)
                parts.append(truth)
        held: Any = messages[0] if self.single and len(messages) == 1 else messages
        truth = TRUTH.to_frame().vstack(parts[0])
        for part in parts[1:]:
            truth = truth.vstack(part)
        truth = truth.sort("meter_point_id", "quantity", "ts_utc")
        data = json.dumps(held).encode()
        return Written("if021.json", data, truth, readings=readings_of(channels))

    def _key(self, item: str) -> str:
        spellings = KEYS[item]
        return spellings[self.keys.get(item, 0) % len(spellings)]

    def _messages(
        self, channel: Channel, time: Timeline, shown: Any, told: Any
    ) -> Iterator[dict[str, Any]]:
        ends = stamp_texts(time.starts() + np.timedelta64(1800, "s"), "%Y-%m-%dT%H:%M:%SZ")
        days = stamp_texts(time.starts()[::SLOTS_PER_DAY], "%Y-%m-%dT%H:%M:%SZ")
        repeat = "List" if self.lists else ""
        events: dict[str, Any] = {"list": ["ActivePower"], "bracketed": "[ActivePower]"}
        for first in range(0, time.n_days, self.days):
            blocks = []
            for day in range(first, min(first + self.days, time.n_days)):
                places = range(SLOTS_PER_DAY * day, SLOTS_PER_DAY * (day + 1))
                periods = [
                    self._period(ends[n], str(shown[n]), str(told[n]))
                    for n in places
                    if channel.read[n]
                ]
                if periods:
                    blocks.append(
                        {
                            self._key("date"): days[day],
                            "settlementPeriodDuration": 30,
                            f"B047{repeat}": periods,
                        }
                    )
            if not blocks:
                continue
            yield {
                "payload": {
                    "CommonBlock": {
                        "S0": {
                            "interfaceID": "IF-021",
                            "schemaVersion": "011",
                            "eventCode": events.get(self.event, "ActivePower"),
                        },
                        "D0": {"transactionTimestamp": "2026-01-05T04:00:00Z"},
                        "M0": {self._key("mpan"): channel.ident, "GSPGroupID": "_C"},
                    },
                    "CustomBlock": {
                        "B044": {"dataServiceDIPID": "1234567890"},
                        "B045": {self._key("quantity"): channel.quantity},
                        f"B046{repeat}": blocks,
                    },
                }
            }

    def _period(self, end: str, shown: str, code: str) -> dict[str, Any]:
        value: Any = shown if self.numbers_as_text else json.loads(shown)
        period = {self._key("end"): end, self._key("value"): value, self._key("quality"): code}
        if code != "A":
            period[self._key("reason")] = "2"
        return period
