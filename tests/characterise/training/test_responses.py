"""Called days stand out of ordinary ones where a building answers, and nowhere else."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from characterise.asset_classes import ASSET_CLASSES, FLEXIBLE_DEMAND
from characterise.meter_cube import cube_from_reads
from characterise.model import load_model
from characterise.settlement import LONDON, local_clock
from characterise.signatures.dispatch_signals import asked
from characterise.training.overlay_calls import Run, own_signals
from characterise.training.responses import day_scores, evidence, without_events

FIRST = dt.date(2025, 1, 6)
DAYS = 200
CLOCK = local_clock(FIRST, DAYS, LONDON)
LENGTH = 6
ANSWERS, IGNORES, UNCALLED = range(3)
NAMES = ("A", "B", "C")


def called_halfhours():
    """First half-hours of calls at 16:00 local of every eleventh working day."""
    begins = np.flatnonzero((CLOCK.slot.ravel() == 32) & CLOCK.working.ravel())
    return begins[3:-3:11].tolist()


def make(sign=1):
    """Three buildings that differ from day to day; two are called, the first of them answers."""
    rng = np.random.default_rng(3)
    busy = CLOCK.working & (CLOCK.slot >= 16) & (CLOCK.slot < 40)
    level = rng.normal(1, 0.05, (3, DAYS, 1))
    kw = (40 + 60 * busy) * level + rng.normal(0, 1.5, (3, DAYS, 48))
    flat = kw.reshape(3, -1)
    calls = called_halfhours()
    for at in calls:
        flat[ANSWERS, at : at + LENGTH] -= sign * 20
    times = np.datetime64(FIRST, "us") + np.arange(DAYS * 48) * np.timedelta64(30, "m")
    reads = pl.DataFrame(
        {
            "mpan": np.repeat(NAMES, DAYS * 48),
            "ts_utc": pl.Series(np.tile(times, 3)).dt.replace_time_zone("UTC"),
            "import_kwh": flat.ravel() / 2,
            "export_kwh": np.zeros(flat.size),
        }
    )
    runs = [Run(name, at, LENGTH, sign) for name in NAMES[:2] for at in calls]
    return cube_from_reads(reads), own_signals(FIRST, runs)


@pytest.fixture(scope="module")
def made():
    return make()


@pytest.fixture(scope="module")
def moved(made):
    return without_events(*made, seed=1)


def test_days_that_were_answered_rank_above_ordinary_ones_and_ignored_ones_do_not(made):
    rows, each = day_scores(*made, seed=1).auc()
    assert rows.tolist() == [ANSWERS, IGNORES]
    assert each[ANSWERS] > 0.95
    assert 0.25 < each[IGNORES] < 0.75


def test_load_that_rose_as_asked_ranks_high_too():
    _, each = day_scores(*make(sign=-1), seed=1).auc()
    assert each[ANSWERS] > 0.95


@pytest.mark.parametrize("sign", [1, -1])
def test_an_uncalled_day_that_moved_as_calls_ask_ranks_high_among_ordinary_ones(sign):
    cube, signals = make(sign)
    own = int(np.flatnonzero((CLOCK.slot.ravel() == 32) & CLOCK.working.ravel())[60])
    cube.import_kw.reshape(3, -1)[IGNORES, own : own + LENGTH] -= sign * 30
    scores = day_scores(cube, signals, seed=1)
    mine = (scores.row == IGNORES) & (scores.start == own)
    assert scores.called[mine].tolist() == [False]
    assert scores.rank[mine] > 0.95


def test_nothing_is_scored_without_signals(made):
    cube, signals = made
    assert not day_scores(cube, signals.clear(), seed=1).row.size


def test_every_call_and_nearly_every_ordinary_working_day_is_judged_once(made):
    scores = day_scores(*made, seed=1)
    own = scores.row == ANSWERS
    calls = len(called_halfhours())
    working = int((CLOCK.working & (CLOCK.slot == 32)).sum())
    assert (own & scores.called).sum() == calls
    assert working - calls - 3 <= (own & ~scores.called).sum() <= working - calls


def test_called_days_are_missing_and_all_else_is_as_it_was(made, moved):
    cube, signals = made
    left, _ = moved
    calls, index = asked(cube, signals)
    day = CLOCK.date
    for row in (ANSWERS, IGNORES):
        touched = np.isin(day, np.unique(day[calls[index[row]] != 0]))
        assert np.isnan(left.net_kw[row][touched]).all()
        assert np.array_equal(left.net_kw[row][~touched], cube.net_kw[row][~touched])
    assert np.array_equal(left.net_kw[UNCALLED], cube.net_kw[UNCALLED])


def test_a_call_moves_to_an_ordinary_day_of_the_same_weekday_hour_and_season(made, moved):
    left, signals = moved
    calls, index = asked(left, signals)
    assert index[UNCALLED] == -1
    before = called_halfhours()
    for row in (ANSWERS, IGNORES):
        call = calls[index[row]].ravel()
        starts = np.flatnonzero(np.diff(call, prepend=0) == 1)
        assert len(starts) == len(before)
        assert call.sum() == len(before) * LENGTH
        assert np.isfinite(left.net_kw[row].ravel()[call != 0]).all()
        assert (CLOCK.slot.ravel()[starts] == 32).all()
        weekday = CLOCK.weekday.ravel()
        assert sorted(weekday[starts]) == sorted(weekday[before])
        near = [np.abs(starts - at).min() for at in before]
        assert max(near) <= 6 * 7 * 48


def test_no_two_calls_move_to_one_day(made):
    cube, _ = made
    thursday = (CLOCK.slot.ravel() == 32) & (CLOCK.weekday.ravel() == 3)
    every_other = np.flatnonzero(thursday)[::2].tolist()
    runs = [Run("A", at, LENGTH) for at in every_other]
    _, signals = without_events(cube, own_signals(FIRST, runs), seed=1)
    assert signals["start_utc"].n_unique() == signals.height
    assert len(every_other) - 1 <= signals.height <= len(every_other)


def test_a_call_without_a_like_day_is_dropped(made):
    cube, _ = made
    every = np.flatnonzero((CLOCK.slot.ravel() == 32) & CLOCK.working.ravel()).tolist()
    _, signals = without_events(cube, own_signals(FIRST, [Run("A", at, 2) for at in every]), seed=1)
    assert signals.is_empty()


def test_evidence_falls_when_the_calls_are_moved_and_is_unknown_without_any(made, moved):
    part = load_model().classes[ASSET_CLASSES.index(FLEXIBLE_DEMAND)]
    rank, logit = evidence(*made, part)
    rank_moved, logit_moved = evidence(*moved, part)
    assert rank[ANSWERS] > rank_moved[ANSWERS] + 3
    assert logit[ANSWERS] > logit_moved[ANSWERS]
    assert logit[ANSWERS] > logit[IGNORES]
    assert np.isnan([rank[UNCALLED], logit[UNCALLED]]).all()
