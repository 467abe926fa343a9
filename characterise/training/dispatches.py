"""Deliveries of known truth laid over sub-metered sites, for measuring the delivery check.

The asset meter always shows the declared fall. The boundary falls with it as far as the delivery
is real: wholly for an honest one, not at all where nothing was delivered. Calls come at hours that
know nothing of what the asset does that day, and a battery's worth of reduction is assumed: a
site may give more than its asset drew.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.meter_cube import MeterCube
from characterise.training.corpus import Batch
from characterise.training.sub_meters import signed_truth

Array = npt.NDArray[np.float64]
Float = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

ASSETS: Final = ("battery", "ev", "heat_pump", "cooling")
"""Sub-meters that can stand for a dispatched asset; the first that a site has is taken."""
LENGTH: Final = 4
"""Half-hours of an event: two hours."""
EARLIEST_DAY: Final = 60
"""Days of history before the first event, so that something is expected of it."""
FEWEST_DAYS: Final = 200
"""Days with readings that a site needs: fewer leave too few matched windows."""
_FIRST_SLOTS: Final = (32, 39)
"""UTC slots in which a site's habitual hour may begin: 16:00 to 19:30."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Sites whose assets can be dispatched."""

    cube: MeterCube
    asset_kw: Float
    """(M, D, 48) net import of the asset, NaN where its meter says nothing."""
    sites: pl.DataFrame
    """mpan, family, group_id and premises of the cube's meters."""


@dataclass(frozen=True, slots=True)
class Party:
    """One provider's deliveries at every site of a stage."""

    name: str
    kw: Array
    """(M,) declared fall of net import."""
    days: Mask
    """(M, D) UTC days on which it is dispatched."""
    fraction: Array
    """(M,) share of the declared that the boundary shows."""


@dataclass(frozen=True, slots=True)
class Dispatched:
    """Sites after the deliveries."""

    cube: MeterCube
    declared: pl.DataFrame
    """`characterise.frames.DECLARED`."""
    asset_reads: pl.DataFrame
    """`characterise.frames.ASSET_READS` of every party's asset meter."""


def stage(batch: Batch) -> Stage | None:
    """Sites of a batch with a sub-meter of `ASSETS` and `FEWEST_DAYS`; None where there is none."""
    truth: dict[int, Array] = {}
    for asset in reversed(ASSETS):
        truth |= signed_truth(batch.cube, batch.submeters, asset)
    read = np.isfinite(batch.cube.net_kw.min(axis=2))
    rows = [
        row
        for row, asset_kw in sorted(truth.items())
        if np.count_nonzero(read[row] & np.isfinite(asset_kw).all(axis=1)) >= FEWEST_DAYS
    ]
    if not rows:
        return None
    return Stage(
        cube=only(batch.cube, np.array(rows)),
        asset_kw=np.stack([truth[row] for row in rows]).astype(np.float32),
        sites=batch.sites.select("mpan", "family", "group_id", "premises")[rows],
    )


def only(cube: MeterCube, rows: Rows) -> MeterCube:
    """Return the cube of some meters, in the order given."""
    return replace(
        cube,
        mpan=tuple(cube.mpan[row] for row in rows),
        import_kw=cube.import_kw[rows],
        export_kw=cube.export_kw[rows],
        quality=cube.quality[rows],
        station=cube.station[rows],
        clock=cube.clock[rows],
        has_export=cube.has_export[rows],
        meters=cube.meters[rows],
    )


def habitual_slot(cube: MeterCube, seed: int) -> Rows:
    """(M,) UTC slot in which each site's events begin."""
    return np.array([int(_rng(name, seed).integers(*_FIRST_SLOTS)) for name in cube.mpan])


def draw_days(cube: MeterCube, seed: int, n_events: int) -> Mask:
    """(M, D) up to ``n_events`` working days whose event half-hours were all read."""
    first = habitual_slot(cube, seed)
    out = np.zeros((cube.n_meters, cube.n_days), dtype=np.bool_)
    for row, name in enumerate(cube.mpan):
        slots = slice(first[row], first[row] + LENGTH)
        working = cube.clocks[cube.clock[row]].working[:, slots].all(axis=1)
        read = np.isfinite(cube.net_kw[row, :, slots]).all(axis=1)
        known = np.flatnonzero(np.isfinite(cube.net_kw[row]).any(axis=1))
        if not known.size:
            continue
        day = np.arange(cube.n_days)
        able = np.flatnonzero(working & read & (day >= known[0] + EARLIEST_DAY))
        drawn = _rng(name, seed + 1).permutation(able)[:n_events]
        out[row, drawn] = True
    return out


def dispatch(held: Stage, parties: Sequence[Party], first: Rows) -> Dispatched:
    """Lay the deliveries of every party over the boundary and over asset meters of their own.

    Parameters
    ----------
    first
        (M,) UTC slot in which events begin.

    Notes
    -----
    The boundary meters both directions then, whatever it did before: what a site gives beyond
    its own load is exported. The first party's asset meter is the site's sub-meter; the others'
    show their own deliveries around a load of nothing.
    """
    cube = held.cube
    net = cube.net_kw.copy()
    rows: list[pl.DataFrame] = []
    meters: list[pl.DataFrame] = []
    times = cube.slot_times()
    for number, party in enumerate(parties):
        fall = np.zeros(net.shape, dtype=np.float32)
        for row in range(cube.n_meters):
            slots = slice(first[row], first[row] + LENGTH)
            fall[row, party.days[row], slots] = party.kw[row]
            net[row] -= np.float32(party.fraction[row]) * fall[row]
        rows.append(_declared(cube, party, fall, times, number))
        own = held.asset_kw if number == 0 else np.zeros_like(net)
        meters.append(_asset_reads(cube, own - fall, times, number))
    return Dispatched(
        cube=replace(
            cube,
            import_kw=np.maximum(net, 0),
            export_kw=np.maximum(-net, 0),
            has_export=np.ones_like(cube.has_export),
        ),
        declared=pl.concat(rows).sort("event_id", "mpan", "amsid", "ts_utc"),
        asset_reads=pl.concat(meters),
    )


def amsid(row: int, number: int) -> str:
    """Asset meter of the party ``number`` at a site."""
    return f"77{number:02d}{row:09d}"


def _declared(
    cube: MeterCube,
    party: Party,
    fall: Float,
    times: npt.NDArray[np.datetime64],
    number: int,
) -> pl.DataFrame:
    row, day, slot = np.nonzero(fall)
    return pl.DataFrame(
        {
            "event_id": [f"{cube.day_of(d):%Y%m%d}" for d in day.tolist()],
            "mpan": [cube.mpan[r] for r in row.tolist()],
            "amsid": [amsid(r, number) for r in row.tolist()],
            "fsp_id": party.name,
            "ts_utc": pl.Series(times[day, slot]).dt.replace_time_zone("UTC"),
            "declared_kwh": 0.5 * fall[row, day, slot].astype(np.float64),
        }
    )


def _asset_reads(
    cube: MeterCube, net: Float, times: npt.NDArray[np.datetime64], number: int
) -> pl.DataFrame:
    n = net[0].size
    flat = net.reshape(-1).astype(np.float64)
    known = np.isfinite(flat)
    reads = pl.DataFrame(
        {
            "amsid": np.repeat([amsid(r, number) for r in range(cube.n_meters)], n),
            "mpan": np.repeat(list(cube.mpan), n),
            "ts_utc": pl.Series(np.tile(times.reshape(-1), cube.n_meters)).dt.replace_time_zone(
                "UTC"
            ),
            "import_kwh": 0.5 * np.maximum(flat, 0),
            "export_kwh": 0.5 * np.maximum(-flat, 0),
        }
    )
    return reads.filter(pl.Series(known))


def _rng(name: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
