"""The workbook and the IF-021 messages of the sample folder."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from openpyxl import Workbook

from characterise.simulate.archive import workbook_bytes
from characterise.simulate.areas import AREAS
from characterise.simulate.channel import PERIODS, Channel, by_settlement_day
from characterise.simulate.timeline import Timeline

_NAMESPACE: Final = uuid.UUID("6f2c2f6e-5d1b-4c0a-9f9e-0d1ab8f6c021")
_GROUP_OF: Final = {area.distributor: area.gsp_group for area in AREAS.values()}


def workbook(channels: Sequence[Channel], time: Timeline) -> bytes:
    """One sheet with three rows of title, then MPAN, quantity, status, date and periods 1-50."""
    book = Workbook()
    sheet = book.active
    sheet.title = "HH data"
    sheet.append(["Half-hourly data export"])
    sheet.append(["Unit: kWh. Settlement periods of local days."])
    sheet.append([])
    names = [f"Kwh{period}" for period in range(1, PERIODS + 1)]
    sheet.append(["mpan", "Measurement Quantity", "rdate", "TotalConsumptionKwh", *names])
    for one in channels:
        dates, table = by_settlement_day(time, one.kwh)
        for date, row in zip(dates.tolist(), table, strict=True):
            if np.isnan(row).all():
                continue
            values = [None if np.isnan(value) else round(float(value), 3) for value in row]
            total = round(float(np.nansum(row)), 3)
            sheet.append([one.ident, one.quantity, date, total, *values])
    return workbook_bytes(book)


def if021(channels: Sequence[Channel], time: Timeline) -> bytes:
    """Settlement-period consumption messages of the DIP: UTC days, stamps at period end."""
    messages = [message for one in channels for message in _messages(one, time)]
    return json.dumps(messages, separators=(",", ":")).encode()


def _messages(channel: Channel, time: Timeline) -> Iterator[dict[str, object]]:
    ends = np.datetime_as_string(time.starts() + np.timedelta64(1800, "s"), unit="s")
    months = (np.datetime64(time.first_day, "D") + np.arange(time.n_days)).astype("datetime64[M]")
    for month in np.unique(months):
        days = [_day(channel, time, int(day), ends) for day in np.flatnonzero(months == month)]
        key = f"{channel.ident}/{channel.quantity}/{month}"
        sent = str((month + 1).astype("datetime64[D]")) + "T04:00:00Z"
        yield {
            "payload": {
                "CommonBlock": {
                    "S0": {
                        "interfaceID": "IF-021",
                        "schemaVersion": "011",
                        "eventCode": "ActivePower",
                    },
                    "D0": {
                        "transactionID": str(uuid.uuid5(_NAMESPACE, key)),
                        "transactionTimestamp": sent,
                    },
                    "M0": {
                        "MPANCore": channel.ident,
                        "GSPGroupID": _GROUP_OF.get(channel.ident[:2]),
                    },
                },
                "CustomBlock": {
                    "B045": {"measurementQuantityID": channel.quantity},
                    "B046List": [day for day in days if day["B047List"]],
                },
            }
        }


def _day(
    channel: Channel, time: Timeline, day: int, ends: np.ndarray[tuple[int], np.dtype[np.str_]]
) -> dict[str, object]:
    date = np.datetime64(time.first_day, "D") + day
    values = []
    for place in range(48 * day, 48 * day + 48):
        if np.isnan(channel.kwh[place]):
            continue
        value: dict[str, object] = {
            "sp": f"{ends[place]}Z",
            "v": round(float(channel.kwh[place]), 3),
            "q": "E1" if channel.estimated[place] else "A",
        }
        if channel.estimated[place]:
            value["e"] = "2"
        values.append(value)
    return {
        "utcSettlementDate": f"{date}T00:00:00Z",
        "settlementPeriodDuration": 30,
        "B047List": values,
    }
