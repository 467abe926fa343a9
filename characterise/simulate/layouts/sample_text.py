"""The text layouts of the sample folder; each writes channels as one file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.channel import PERIODS, Channel, by_settlement_day, by_utc_day
from characterise.simulate.timeline import Float, Timeline

_DAY = "%d/%m/%Y"


def wide_by_period(channels: Sequence[Channel], time: Timeline) -> bytes:
    """Settlement periods 1-50 of local days, a total at the end; kWh."""
    names = [str(period) for period in range(1, PERIODS + 1)]
    parts = []
    for one in channels:
        dates, table = by_settlement_day(time, one.kwh)
        total = np.round(np.nansum(table, axis=1), 3)
        part = _leading({"MPAN": one.ident, "Measurement Quantity": one.quantity, "Unit": "kWh"})
        frame = _table(names, table).with_columns(pl.Series("Settlement Date", dates))
        frame = frame.with_columns(pl.Series("Grand Total", total), **part)
        parts.append(_without_blank_days(frame, names))
    order = ["MPAN", "Measurement Quantity", "Unit", "Settlement Date", *names, "Grand Total"]
    return _csv(pl.concat(parts).select(order), date_format=_DAY)


def wide_by_end(channels: Sequence[Channel], time: Timeline) -> bytes:
    """UTC days in columns labelled by the end of each half-hour, 00:30 to 00:00; kWh."""
    ends = [(slot + 1) % SLOTS_PER_DAY for slot in range(SLOTS_PER_DAY)]
    names = [f"{end // 2:02d}:{end % 2 * 30:02d}" for end in ends]
    parts = []
    for one in channels:
        dates, table = by_utc_day(time, one.kwh)
        part = _leading({"MPAN": one.ident, "Quantity": one.quantity, "Units": "kWh"})
        frame = _table(names, table).with_columns(pl.Series("Date (UTC)", dates), **part)
        parts.append(_without_blank_days(frame, names))
    order = ["MPAN", "Quantity", "Units", "Date (UTC)", *names]
    return _csv(pl.concat(parts).select(order), date_format="%Y-%m-%d")


def wide_with_flags(channels: Sequence[Channel], time: Timeline) -> bytes:
    """A read-type column before each of fifty period columns; kWh, local days."""
    names = [f"HH{period}" for period in range(1, PERIODS + 1)]
    parts = []
    for number, one in enumerate(channels):
        dates, table = by_settlement_day(time, one.kwh)
        _, estimated = by_settlement_day(time, one.estimated.astype(np.float64))
        lead = {
            "CustomerNumber": f"C{number + 1:05d}",
            "MeterPoint": one.ident,
            "MeasurementType": one.quantity,
            "Unit": "kWh",
        }
        columns: list[pl.Series] = [pl.Series("ReadDateUK", dates)]
        for place, name in enumerate(names):
            flags = np.where(np.nan_to_num(estimated[:, place]) > 0, "E", "A").astype(object)
            flags[np.isnan(table[:, place])] = None
            columns.append(pl.Series(f"ReadType{name}", flags.tolist(), dtype=pl.String))
            columns.append(pl.Series(name, table[:, place]).fill_nan(None))
        frame = pl.DataFrame(columns).with_columns(**_leading(lead))
        parts.append(_without_blank_days(frame, names).select(*lead, *(c.name for c in columns)))
    return _csv(pl.concat(parts), date_format=_DAY)


def long_utc(channels: Sequence[Channel], time: Timeline, *, ident: str = "MPAN") -> bytes:
    """One row a half-hour with its UTC start in ISO 8601; kWh."""
    stamps = np.datetime_as_string(time.starts(), unit="s")
    parts = []
    for one in channels:
        keep = one.read
        quality = np.where(one.estimated, "Estimated", "Actual")[keep]
        frame = pl.DataFrame({"Start (UTC)": np.char.add(stamps[keep], "Z")}).with_columns(
            pl.Series("kWh", one.kwh[keep]), pl.Series("Data Quality", quality)
        )
        lead = {ident: one.ident, "Measurement Quantity": one.quantity}
        parts.append(frame.with_columns(**_leading(lead)).select(*lead, *frame.columns))
    return _csv(pl.concat(parts))


def long_highlands(channels: Sequence[Channel], time: Timeline) -> bytes:
    """UTF-16 with a ``sep=`` line and rows stamped at the end of each half-hour, in UTC."""
    ends = time.starts() + np.timedelta64(1800, "s")
    stamps = pl.Series(ends).dt.strftime("%d %b %Y %H:%M:%S").to_numpy()
    parts = []
    for one in channels:
        keep = one.read
        frame = pl.DataFrame({"ReadDatetime (UTC)": stamps[keep]}).with_columns(
            pl.Series("kWh", one.kwh[keep]),
            pl.Series("ReadType", np.where(one.estimated, "Estimated", "Actual")[keep]),
        )
        parts.append(frame.with_columns(MPR=pl.lit(one.ident)).select("MPR", *frame.columns))
    body = _csv(pl.concat(parts)).decode()
    return ("\ufeffsep=,\n" + body).encode("utf-16-le")


def _leading(values: dict[str, str]) -> dict[str, pl.Expr]:
    return {name: pl.lit(value) for name, value in values.items()}


def _table(names: Sequence[str], table: Float) -> pl.DataFrame:
    return pl.DataFrame({name: table[:, place] for place, name in enumerate(names)}).fill_nan(None)


def _without_blank_days(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """A supplier sends no row for a day on which nothing was read."""
    return frame.filter(~pl.all_horizontal(pl.col(name).is_null() for name in names))


def _csv(frame: pl.DataFrame, date_format: str | None = None) -> bytes:
    text = frame.write_csv(date_format=date_format, float_precision=3)
    return text.encode()
