from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from characterise.episodes import episodes, operating_threshold_kw


def plain_runs(flat, threshold):
    on = [bool(x >= threshold) for x in flat]
    edges = [t for t in range(len(on)) if on[t] and (t == 0 or not on[t - 1])]
    runs = []
    for start in edges:
        end = start
        while end < len(on) and on[end]:
            end += 1
        runs.append((start, end - start))
    return runs


@given(st.lists(st.sampled_from([0.0, 0.2, 5.0, 7.0, float("nan")]), min_size=48, max_size=48))
def test_runs_are_those_a_plain_scan_finds(values):
    power = np.array(values, dtype=np.float32).reshape(1, 1, 48)
    threshold = operating_threshold_kw(power)
    found = episodes(power, threshold)
    runs = plain_runs(power.ravel(), threshold[0]) if threshold[0] > 0 else []
    assert list(zip(found.start.tolist(), found.slots.tolist(), strict=True)) == runs
    inside = power.ravel()[power.ravel() >= threshold[0]] if threshold[0] > 0 else np.zeros(1)
    np.testing.assert_allclose(found.energy_kwh.sum(), inside.sum() / 2, rtol=1e-5)


def test_threshold_is_a_tenth_of_the_median_running_power():
    power = np.zeros((2, 1, 48), dtype=np.float32)
    power[0, 0, :3] = [2.0, 6.0, 8.0]
    assert operating_threshold_kw(power).tolist() == [np.float32(0.6), 0.0]


def test_what_a_large_store_draws_to_stay_full_is_no_running():
    power = np.full((1, 1, 48), 0.4, dtype=np.float32)
    power[0, 0, :4] = 50.0
    power[0, 0, 47] = np.nan
    assert operating_threshold_kw(power) == pytest.approx(5.0)
    small = np.full((1, 1, 48), 0.4, dtype=np.float32)
    assert operating_threshold_kw(small) == pytest.approx(0.04)


def test_run_beside_a_gap_is_not_whole():
    power = np.zeros((1, 1, 48), dtype=np.float32)
    power[0, 0, 5:8] = 3.0
    power[0, 0, 8] = np.nan
    power[0, 0, 20:22] = 3.0
    power[0, 0, 47] = 3.0
    found = episodes(power, operating_threshold_kw(power))
    assert found.whole.tolist() == [False, True, False]
    assert found.peak_kw.tolist() == [3.0, 3.0, 3.0]


def test_run_goes_on_past_midnight_and_never_into_the_next_meter():
    power = np.zeros((2, 2, 48), dtype=np.float32)
    power[0, 0, 46:] = 3.0
    power[0, 1, :2] = 3.0
    power[0, 1, 47] = 3.0
    power[1, 0, 0] = 3.0
    found = episodes(power, operating_threshold_kw(power))
    assert found.row.tolist() == [0, 0, 1]
    assert found.slots.tolist() == [4, 1, 1]
