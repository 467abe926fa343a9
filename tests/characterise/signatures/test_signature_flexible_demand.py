"""A response shows on the days it was called for, and its size comes back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from characterise.frames import SIGNALS
from characterise.meter_cube import MeterCube, cube_from_reads
from characterise.settlement import LONDON, local_clock
from characterise.signatures import flexible_demand
from characterise.signatures.dispatch_signals import asked
from characterise.signatures.response_shape import shrunken

FIRST = dt.date(2025, 1, 6)
DAYS = 200
ROW = np.array([0], np.int32)


def building(seed=0, zone=LONDON):
    """(1, D, 48) kW of a building: 40 kW, 100 kW in local working hours, days that differ."""
    rng = np.random.default_rng(seed)
    clock = local_clock(FIRST, DAYS, zone)
    level = rng.normal(1, 0.06, DAYS + 1)[clock.date - clock.date[0, 0]]
    busy = clock.working & (clock.slot >= 16) & (clock.slot < 38)
    noise = rng.normal(0, 1.5, (DAYS, 48))
    return ((40 + 60 * busy) * level + noise).astype(np.float32)[None]


def cube_and_signals(
    kw, kind="turn_down", start=32, length=6, every=7, zone=LONDON
) -> tuple[MeterCube, pl.DataFrame]:
    """The building as a cube, with a call at local slot ``start`` of every seventh day."""
    times = np.datetime64(FIRST, "us") + np.arange(DAYS * 48) * np.timedelta64(30, "m")
    reads = pl.DataFrame(
        {
            "mpan": "A",
            "ts_utc": pl.Series(times).dt.replace_time_zone("UTC"),
            "import_kwh": kw[0].ravel() / 2,
            "export_kwh": np.zeros(DAYS * 48, np.float32),
        }
    )
    cube = cube_from_reads(reads, pl.DataFrame({"mpan": ["A"], "time_zone": [zone]}))
    slot = local_clock(FIRST, DAYS, zone).slot.ravel()
    begins = np.flatnonzero(slot == start)[3:-2:every]
    origin = dt.datetime.combine(FIRST, dt.time(), dt.UTC)
    at = [origin + dt.timedelta(minutes=30 * int(one)) for one in begins]
    signals = pl.DataFrame(
        {
            "signal_id": [f"s{k}" for k in range(len(at))],
            "kind": kind,
            "area": None,
            "mpan": "A",
            "start_utc": at,
            "end_utc": [one + dt.timedelta(minutes=30 * length) for one in at],
        },
        schema=SIGNALS,
    )
    return cube, signals


def curtailed(cube, signals, kw):
    """The same cube with ``kw`` less in every call."""
    called = asked(cube, signals)[0][0] != 0
    load = cube.import_kw.copy()
    load[0][called] -= kw
    return replace(cube, import_kw=load)


def figure(cube, signals, name):
    at = flexible_demand.FEATURES.index(name)
    return float(flexible_demand.features(cube, signals)[0, at])


@pytest.mark.parametrize("zone", [LONDON, "America/Los_Angeles"])
def test_a_response_of_a_tenth_stands_above_ordinary_days(zone):
    """In California the call runs across midnight UTC."""
    cube, signals = cube_and_signals(building(zone=zone), zone=zone)
    answered = curtailed(cube, signals, 10)
    for name, least in (("rank_z", 5), ("edge_z", 5), ("strong_share", 0.8)):
        assert figure(answered, signals, name) > least
        assert figure(cube, signals, name) < least / 2
    assert figure(answered, signals, "response_share") == pytest.approx(0.11, abs=0.05)


def test_calls_without_response_are_no_evidence_over_many_buildings():
    scores = []
    for seed in range(20):
        cube, signals = cube_and_signals(building(seed))
        scores.append(figure(cube, signals, "rank_z"))
    assert abs(np.mean(scores)) < 0.75
    assert np.std(scores) < 1.6


def test_days_far_from_all_others_are_judged_by_their_own_morning():
    """Isolated event days, months after the last ordinary day, have no neighbours."""
    cube, signals = cube_and_signals(building(3))
    answered = curtailed(cube, signals, 15)
    load = answered.import_kw.copy()
    called = (asked(cube, signals)[0][0] != 0).any(axis=1)
    late = np.arange(DAYS) >= 130
    load[0, late & ~called] = np.nan
    assert figure(replace(answered, import_kw=load), signals, "strong_share") > 0.8


def test_a_low_price_asks_for_more_load():
    cube, signals = cube_and_signals(building(), kind="price_low")
    raised = curtailed(cube, signals, -10)
    assert figure(raised, signals, "rank_z") > 5
    part = flexible_demand.attribute(raised, ROW, signals=signals)
    called = asked(cube, signals)[0][0] == -1
    assert part.import_kw[0][called].mean() == pytest.approx(10, rel=0.25)
    assert part.export_kw[0][called].max() == 0
    assert np.nansum(part.export_kw) < 0.01 * np.nansum(part.import_kw)


def test_a_call_that_asks_for_both_asks_for_less():
    cube, signals = cube_and_signals(building(), kind="price_low")
    both = pl.concat([signals, signals.with_columns(kind=pl.lit("price_high"))])
    assert set(np.unique(asked(cube, both)[0])) == {0, 1}


@pytest.mark.parametrize("kw", [10, 20, 40])
def test_the_reduction_comes_back_within_a_fifth(kw):
    cube, signals = cube_and_signals(building(5))
    part = flexible_demand.attribute(curtailed(cube, signals, kw), ROW, signals=signals)
    called = asked(cube, signals)[0][0] != 0
    weekday = local_clock(FIRST, DAYS).working
    seen = part.export_kw[0][called & weekday]
    assert np.median(seen) == pytest.approx(kw, rel=0.2)
    assert np.quantile(seen, 0.9) == pytest.approx(kw, rel=0.25)


def test_noise_alone_is_hardly_a_reduction():
    cube, signals = cube_and_signals(building(6))
    part = flexible_demand.attribute(cube, ROW, signals=signals)
    assert np.nanmax(part.export_kw) < 5


def test_short_blank_and_zero_meters_cannot_say():
    cube, signals = cube_and_signals(building())
    load = cube.import_kw.copy()
    load[:, 5:] = np.nan
    blank = np.full_like(load, np.nan)
    for one in (replace(cube, import_kw=load), replace(cube, import_kw=blank)):
        assert np.isnan(flexible_demand.features(one, signals)).all()
        assert flexible_demand.reasons(flexible_demand.features(one, signals)[0]) == []
    idle = replace(cube, import_kw=np.zeros_like(cube.import_kw))
    assert abs(figure(idle, signals, "rank_z")) < 0.5


def test_events_alike_share_one_size_and_events_apart_keep_their_own():
    rng = np.random.default_rng(0)
    sd = np.full(40, 1.0)
    alike = shrunken(5 + rng.normal(0, 1, 40), sd)
    assert alike.std() < 0.4
    truth = np.repeat([0.0, 10.0], 20)
    apart = shrunken(truth + rng.normal(0, 1, 40), sd)
    assert np.abs(apart - truth).mean() < 1.0


def test_reasons_say_how_far_it_moved():
    cube, signals = cube_and_signals(building())
    answered = curtailed(cube, signals, 10)
    told = flexible_demand.reasons(flexible_demand.features(answered, signals)[0])
    assert "28 signalled windows" in told[0]
    assert any("start and end" in sentence for sentence in told)


def test_fewer_calls_leave_larger_responses_unseen():
    for name in ("least_share", "least_kw"):
        many, few = (figure(*cube_and_signals(building(), every=each), name) for each in (7, 28))
        assert few - many == pytest.approx(np.log10(2), abs=0.12)  # a quarter of the calls


def test_a_noisier_building_hides_a_larger_share():
    loud = building() + np.random.default_rng(1).normal(0, 15, (1, DAYS, 48)).astype(np.float32)
    quiet, noisy = (figure(*cube_and_signals(kw), "least_share") for kw in (building(), loud))
    assert noisy > quiet + 0.2


def test_load_that_gives_way_leaves_some_and_a_battery_gives_back():
    cube, signals = cube_and_signals(building())
    shed = curtailed(cube, signals, 30)
    assert figure(shed, signals, "emptied") == 0
    assert figure(shed, signals, "given_back") == 0
    stored = curtailed(cube, signals, 200)
    assert figure(stored, signals, "emptied") == 1
    assert 0.35 < figure(stored, signals, "given_back") < 0.65  # some 100 of 200 kW


def test_a_battery_behind_an_import_register_alone_empties_the_meter():
    cube, signals = cube_and_signals(building())
    stored = curtailed(cube, signals, 200)
    clipped = replace(stored, import_kw=np.maximum(stored.import_kw, np.float32(0)))
    assert figure(clipped, signals, "emptied") == 1
    assert figure(clipped, signals, "given_back") == 0
