"""Zero held: what counts, and what merely rests there."""

import numpy as np
import pytest

from characterise.signatures.zero_hold import (
    after_dark,
    export_start,
    held,
    run_lengths,
    usual_size,
)

DAYS = 40


@pytest.fixture
def sun():
    light = np.zeros((DAYS, 48), np.float32)
    light[:, 14:34] = np.sin(np.linspace(0.15, np.pi - 0.15, 20))
    return light


def standing(kw=0.4):
    """A load of two levels: ``kw``, and 2 kW in the evening."""
    load = np.full((DAYS, 48), kw, np.float32)
    load[:, 36:42] = 2.0
    return load


def of(net, sun):
    size = usual_size(net, np.empty(net.size, np.float32))
    runs = np.empty((2, net.size), np.int32)
    return held(net, sun, size, runs), size, runs[0]


def test_a_run_counts_whole_and_an_unknown_half_hour_ends_it():
    x = np.array([0, 0, 0, 5, 0, np.nan, 0, 0], np.float32)
    run = np.empty(8, np.int32)
    run_lengths(x, np.float32(-1), np.float32(1), run)
    assert run.tolist() == [3, 3, 3, 0, 1, 0, 2, 2]


def test_nights_held_at_zero_are_told_as_their_share_of_the_dark(sun):
    net = standing()
    net[:, :7] = 0.0  # seven of 28 dark half-hours
    (dark, lit, both, beside, rested, own), _, _ = of(net, sun)
    assert dark == pytest.approx(7 / 28, abs=0.01)
    assert lit == 0
    assert both == pytest.approx(1.0, abs=0.05)
    assert beside == pytest.approx(np.log10(7 / 28), abs=0.05)
    assert rested == 0
    assert own > 0.9


def test_a_socket_that_rests_at_zero_is_not_believed_to_be_held(sun):
    net = np.zeros((DAYS, 48), np.float32)
    net[::2, 36:42] = 7.0
    (dark, _, _, beside, rested, own), _, _ = of(net, sun)
    assert dark > 0.8
    assert own == 0
    assert beside == pytest.approx(np.log10(3e-3), abs=0.01)
    assert rested > 0.5


def test_a_load_that_never_reaches_zero_holds_nothing(sun):
    (dark, lit, both, *_), _, _ = of(standing(), sun)
    assert (dark, lit, both) == (0, 0, 0)


def test_export_in_the_dark_and_its_flips_are_told(sun):
    net = standing()
    net[:, 37:41] = -1.0
    size = usual_size(net, np.empty(net.size, np.float32))
    share, flips, _ = after_dark(net, sun, size)
    passed = np.abs(net).sum()
    assert share == pytest.approx(np.log10(4 * DAYS / passed), abs=0.01)
    assert flips == pytest.approx(np.log1p(14.0), abs=0.1)


def test_a_full_store_lets_go_at_once_and_panels_alone_do_not(sun):
    panels = standing() - 4 * sun
    kept = panels.copy()
    kept[:, 14:24] = np.maximum(kept[:, 14:24], 0.0)
    jumps = []
    for net in (panels, kept):
        _, size, run = of(net, sun)
        jumps.append(export_start(net, sun, size, run))
    assert np.isnan(jumps[0][1])
    assert jumps[1][1] > 1.0
    assert jumps[1][0] > jumps[0][0] + 0.3


def test_under_ten_days_have_no_usual_size():
    assert np.isnan(usual_size(np.ones((9, 48), np.float32), np.empty(432, np.float32)))
