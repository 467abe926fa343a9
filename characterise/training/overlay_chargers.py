"""Charging that was measured, laid over buildings that have none.

Simulated hubs are busier and more regular than real ones, which stand empty for days. Where a
real site is nothing but chargers its boundary is a charging log, and that log can stand behind
any building: a simulated one, or a real one whose own licence is open.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import EV_CHARGER
from characterise.frames import SIGNALS
from characterise.meter_cube import MeterCube
from characterise.settlement import SLOTS_PER_DAY
from characterise.training.corpus import LABEL, Batch
from characterise.training.overlay import LEAST_DAYS
from characterise.training.sub_meters import signed_truth

Kw = npt.NDArray[np.float32]

YEAR: Final = 364
"""Days that a log is moved by: whole weeks, and the same season."""
_NOTHING_ELSE: Final = 0.02
"""Share of a site's energy up to which chargers are all there is."""
_TIES: Final = ("group_id", "trace_id")
_SUBMETER: Final[dict[str, Any]] = {
    "mpan": pl.String,
    "asset": pl.String,
    "ts_utc": pl.Datetime("us", "UTC"),
    "import_kwh": pl.Float64,
    "export_kwh": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Log:
    """One charging site's own half-hours."""

    trace_id: str
    family: str
    first: np.datetime64
    """Day of the first row."""
    kw: Kw
    """(D, 48) kW, NaN where unknown."""


@dataclass(frozen=True, slots=True)
class Logs:
    """Every charging site's, in the order of their names."""

    every: tuple[Log, ...]
    over_real: tuple[Log, ...]
    """Those that may be laid over real buildings; simulated ones carry any.

    Folds keep together whatever shares a log with a site, and so does leaving a family out. Were
    every log laid over one family of buildings, none would be left to learn from without it. So
    these are the logs that stand behind some real building already and, of the others, half.
    """
    tied: frozenset[str]
    """Groups that a trace ties to others already: they carry no more."""


def charging_logs(batches: Iterable[Batch]) -> Logs:
    """Logs of open real sites that are nothing but chargers.

    Parameters
    ----------
    batches
        `characterise.training.corpus.real_batches`.
    """
    logs: list[Log] = []
    behind: set[str] = set()
    tied: set[str] = set()
    for batch in batches:
        pure = _pure(batch)
        logs += _logs_of(batch, pure)
        for row, (group, trace) in enumerate(batch.sites.select(_TIES).iter_rows()):
            if trace is not None:
                tied.add(str(group))
                if row not in pure:
                    behind.add(str(trace))
    logs.sort(key=lambda log: log.trace_id)
    half = (log for log in logs if log.trace_id in behind or _number(log.trace_id) % 2 == 0)
    return Logs(tuple(logs), tuple(half), frozenset(tied))


def _number(name: str) -> int:
    return zlib.crc32(name.encode())


def _pure(batch: Batch) -> list[int]:
    """Rows whose chargers draw all there is."""
    out = []
    if batch.submeters.height:
        for row, power in signed_truth(batch.cube, batch.submeters, "ev").items():
            net = batch.cube.net_kw[row]
            other = float(np.nansum(np.abs(net - power)))
            if other <= _NOTHING_ELSE * float(np.nansum(np.abs(net))):
                out.append(row)
    return out


def _logs_of(batch: Batch, rows: list[int]) -> Iterator[Log]:
    cube = batch.cube
    for row in rows:
        site = batch.sites.row(row, named=True)
        days = np.flatnonzero(np.isfinite(cube.net_kw[row]).any(axis=1))
        if (
            site["licence_class"] == "open"
            and site["trace_id"] is not None
            and days.size >= LEAST_DAYS
        ):
            yield Log(
                trace_id=site["trace_id"],
                family=site["family"],
                first=np.datetime64(cube.first_day, "D") + int(days[0]),
                kw=cube.net_kw[row, days[0] : days[-1] + 1].astype(np.float32),
            )


def with_chargers(batches: Iterable[Batch], logs: Logs, *, real: bool) -> Iterator[Batch]:
    """Batches of buildings, each with a log laid over it and, in the same half-hours, without.

    Parameters
    ----------
    batches
        Of real sites or of simulated ones.
    real
        Whether ``batches`` are real. A simulated building counts to the family of the log.

    Notes
    -----
    Homes, buildings known to have chargers, and those tied to some trace are passed by: a
    building carries one log, so that folds stay many. The log is moved by whole years of 52
    weeks to where it covers most of what is known of the building; half-hours that it does not
    cover become unknown. Labels of the other classes are left to the building's own rows.
    """
    able = logs.over_real if real else logs.every
    for batch in batches:
        rows, laid = [], []
        for row, site in enumerate(batch.sites.iter_rows(named=True)):
            group = str(site["group_id"] or site["mpan"])
            if able and _may_carry(site) and group not in logs.tied:
                log = able[_number(f"log {group}") % len(able)]
                power = _moved(batch.cube, row, log)
                if np.isfinite(power + batch.cube.net_kw[row]).sum() >= LEAST_DAYS * SLOTS_PER_DAY:
                    hourly = site.get("source_minutes") == 60
                    rows.append(row)
                    laid.append((log, _even(power) if hourly else power))
        if rows:
            yield _laid(batch, rows, laid, real=real)


def _may_carry(site: dict[str, object]) -> bool:
    return (
        site["licence_class"] == "open"
        and site["premises"] == "non_domestic"
        and site[LABEL[EV_CHARGER]] is not True
    )


def _moved(cube: MeterCube, row: int, log: Log) -> Kw:
    """(D, 48) the log on a cube's days, moved to where most of the site's are covered."""
    there = np.isfinite(cube.net_kw[row]).any(axis=1)
    offset = int((log.first - np.datetime64(cube.first_day, "D")).astype(np.int64))
    known = np.asarray(np.isfinite(log.kw).any(axis=1))
    best = np.full(there.shape, -1, dtype=np.int64)
    most = -1
    for years in range(offset // YEAR - 4, offset // YEAR + 5):
        place = np.arange(cube.n_days) - offset + years * YEAR
        inside = (place >= 0) & (place < len(known))
        covered = int((there & inside & known[np.clip(place, 0, len(known) - 1)]).sum())
        if covered > most:
            most, best = covered, np.where(inside, place, -1)
    out = log.kw[np.clip(best, 0, None)]
    return np.where((best >= 0)[:, None], out, np.float32(np.nan))


def _even(power: Kw) -> Kw:
    """Both halves of an hour alike, as at a site whose source is hourly."""
    pairs = power.reshape(len(power), -1, 2).mean(axis=2)
    return np.asarray(np.repeat(pairs, 2, axis=1), dtype=np.float32)


def _laid(batch: Batch, rows: list[int], laid: list[tuple[Log, Kw]], *, real: bool) -> Batch:
    cube = batch.cube
    power = np.stack([kw for _, kw in laid])
    net = np.concatenate([cube.net_kw[rows] + power, cube.net_kw[rows] + 0 * power])
    names = [f"{cube.mpan[row]}+{kind}" for kind in ("log", "bare") for row in rows]
    both = rows + rows
    sites = batch.sites[both].with_columns(
        *(pl.lit(None, dtype=pl.Boolean).alias(name) for name in LABEL.values()),
        pl.Series("mpan", names),
        pl.Series("trace_id", [log.trace_id for log, _ in laid + laid]),
    )
    sites = sites.with_columns(
        pl.Series(LABEL[EV_CHARGER], [True] * len(rows) + [False] * len(rows))
    )
    if not real:
        sites = sites.with_columns(pl.Series("family", [log.family for log, _ in laid + laid]))
    known = np.where(np.isfinite(net[: len(rows)]), power, np.float32(np.nan))
    return Batch(
        cube=replace(
            cube,
            mpan=tuple(names),
            import_kw=np.maximum(net, 0),
            export_kw=np.maximum(-net, 0),
            quality=cube.quality[both],
            station=cube.station[both],
            clock=cube.clock[both],
            has_export=cube.has_export[both],
            meters=cube.meters[both].with_columns(pl.Series("mpan", names)),
        ),
        sites=sites,
        signals=pl.DataFrame(schema=SIGNALS),
        submeters=_submeters(cube, names[: len(rows)], known),
    )


def _submeters(cube: MeterCube, names: list[str], power: Kw) -> pl.DataFrame:
    start = np.datetime64(cube.first_day, "us")
    parts = []
    for name, kw in zip(names, power.reshape(len(names), -1), strict=True):
        known = np.flatnonzero(np.isfinite(kw))
        when = start + known * np.timedelta64(30, "m")
        parts.append(
            pl.DataFrame(
                {
                    "mpan": name,
                    "asset": "ev",
                    "ts_utc": pl.Series(when).dt.replace_time_zone("UTC"),
                    "import_kwh": kw[known].astype(np.float64) / 2,
                    "export_kwh": 0.0,
                },
                schema=_SUBMETER,
            )
        )
    return pl.concat(parts)


__all__ = ["Log", "Logs", "charging_logs", "with_chargers"]
