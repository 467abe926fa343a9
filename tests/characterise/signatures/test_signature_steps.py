import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterise.signatures.steps import find_blocks, modal_power, step_floor


def blocks_of(x, floor=1.4):
    starts, stops = np.zeros(len(x), np.int32), np.zeros(len(x), np.int32)
    powers, spreads = np.zeros(len(x), np.float32), np.zeros(len(x), np.float32)
    n = find_blocks(np.asarray(x, np.float32), np.float32(floor), starts, stops, powers, spreads)
    return [(int(starts[i]), int(stops[i]), float(powers[i])) for i in range(n)]


def test_a_plateau_with_partial_ends_is_one_block_of_its_own_power():
    x = np.full(48, 0.4)
    x[10] += 0.5 * 7
    x[11:16] += 7
    x[16] += 0.3 * 7
    [(start, stop, power)] = blocks_of(x)
    assert (start, stop) == (10, 17)
    assert power == pytest.approx(7, rel=0.02)


def test_a_lasting_change_of_the_base_load_is_no_block():
    x = np.full(96, 0.4)
    x[20:] += 5
    assert blocks_of(x) == []


def test_a_block_that_runs_into_a_gap_is_not_counted():
    x = np.full(48, 0.4)
    x[10:16] += 7
    x[16:20] = np.nan
    assert blocks_of(x) == []


def test_smooth_ramps_are_no_blocks():
    t = np.arange(480)
    assert blocks_of(3 + 3 * np.sin(2 * np.pi * t / 48)) == []


@settings(max_examples=60, deadline=None)
@given(
    first=st.integers(2, 20),
    length=st.integers(2, 20),
    power=st.floats(2.0, 11.0),
    base=st.floats(0.0, 3.0),
    scale=st.sampled_from([1.0, 2.0, 10.0]),
)
def test_blocks_scale_with_the_load(first, length, power, base, scale):
    x = np.full(48, base)
    x[first : first + length] += power
    [(start, stop, found)] = blocks_of(x)
    assert (start, stop) == (first, first + length)
    [(_, _, scaled)] = blocks_of(scale * x, floor=1.4 * scale)
    assert scaled == pytest.approx(scale * found, rel=1e-4)


def test_an_hourly_source_split_in_two_shows_its_own_steps_to_the_floor():
    hourly = np.random.default_rng(3).gamma(2, 10, 24 * 60).astype(np.float32)
    split = np.repeat(hourly, 2)
    assert step_floor(split, np.empty_like(split)) > 4 * np.median(np.abs(np.diff(hourly)))


def test_the_modal_power_is_where_most_weight_gathers():
    powers = np.array([2.0, 7.0, 7.2, 7.1, 3.0, 3.1], np.float32)
    weights = np.array([1, 5, 5, 5, 2, 2], np.float32)
    assert modal_power(powers, weights, 6, np.float32(0.12)) == pytest.approx(7.1, rel=0.01)
    assert np.isnan(modal_power(powers, weights, 0, np.float32(0.12)))
