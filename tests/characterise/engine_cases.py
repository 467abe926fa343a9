"""Cubes with a known answer, for the tests of the engine."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from characterise.meter_cube import ACTUAL, ESTIMATED, MISSING, MeterCube, describe_meters
from characterise.settlement import LONDON, local_clock

WINTER = dt.date(2025, 1, 6)  # a Monday, on GMT for 83 days


def cube_of(
    net_kw,
    first_day=WINTER,
    *,
    zone=LONDON,
    temp_c=None,
    estimated=None,
    has_export=-1,
    gsp_group="_C",
    climatology=False,
):
    """Cube of (M, D, 48) net import; export is its negative part."""
    net_kw = np.asarray(net_kw, dtype=np.float32)
    n_meters, n_days, _ = net_kw.shape
    quality = np.where(np.isnan(net_kw), MISSING, ACTUAL).astype(np.uint8)
    imported, exported = np.maximum(net_kw, 0), np.maximum(-net_kw, 0)
    if estimated is not None:
        quality[estimated] = ESTIMATED
        imported[estimated] = np.nan
        exported[estimated] = np.nan
    if temp_c is None:
        temp_c = np.full((n_days, 48), np.nan)
    names = tuple(f"m{row:03d}" for row in range(n_meters))
    gave = np.nan_to_num(exported).reshape(n_meters, -1).max(axis=1) > 0
    meters = describe_meters(names, None)
    return MeterCube(
        mpan=names,
        first_day=first_day,
        import_kw=imported,
        export_kw=exported,
        quality=quality,
        temp_c=np.asarray(temp_c, dtype=np.float32)[None],
        ghi_wm2=np.full((1, n_days, 48), np.nan, dtype=np.float32),
        station=np.zeros(n_meters, dtype=np.int32),
        climatology=np.array([climatology]),
        clocks=(local_clock(first_day, n_days, zone),),
        clock=np.zeros(n_meters, dtype=np.int32),
        has_export=np.where(gave, 1, has_export).astype(np.int8),
        meters=meters.with_columns(gsp_group=pl.lit(gsp_group)),
    )


def local_habit(n_days, first_day, slot_kw, zone=LONDON):
    """(1, D, 48) load that follows the wall clock: ``slot_kw`` (48,) by local slot."""
    clock = local_clock(first_day, n_days, zone)
    return np.asarray(slot_kw, dtype=np.float32)[clock.slot][None]
