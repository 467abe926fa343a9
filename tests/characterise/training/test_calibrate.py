"""Calibration: overconfidence undone, by history too; evidence wide where little is known."""

import numpy as np
import pytest

from characterise.calibration import scaled
from characterise.training.calibrate import platt, venn_abers


def drawn(n=20_000, seed=4):
    draw = np.random.default_rng(seed)
    truth = draw.normal(0, 1.5, n)
    label = (draw.random(n) < 1 / (1 + np.exp(-truth))).astype(float)
    return truth, label, draw


def share(unseen, cover=0.0):
    return 1 / (1 + np.exp(-(unseen[0] + unseen[1] * cover)))


def test_a_site_that_can_hide_more_has_the_higher_floor():
    draw = np.random.default_rng(3)
    label = np.repeat([0.0, 1.0], 20_000)
    cover = draw.choice([-1.0, 1.0], len(label))
    hidden = (label == 1) & (draw.random(len(label)) < np.where(cover > 0, 0.2, 0.02))
    raw = draw.normal(np.where((label == 1) & ~hidden, 2.0, -2.0), 1.0)
    *_, unseen = platt(raw, label, np.ones(len(label)), np.zeros(len(label)), cover)
    assert share(unseen, 1.0) == pytest.approx(0.2, abs=0.02)
    assert share(unseen, -1.0) == pytest.approx(0.02, abs=0.01)


def test_platt_scaling_undoes_overconfidence():
    truth, label, _ = drawn()
    slope, offset, unseen = platt(
        3 * truth + 1, label, np.ones(len(label)), *[np.zeros(len(label))] * 2
    )
    assert share(unseen) < 0.02
    assert slope[0] == pytest.approx(1 / 3, rel=0.06)
    assert offset[0] == pytest.approx(-1 / 3, abs=0.06)


def test_a_shorter_history_is_believed_less_when_it_was_right_less_often():
    truth, label, draw = drawn()
    short = draw.choice([0.0, 2.5], len(label))
    raw = truth * np.where(short > 0, 2.0, 1.0)  # twice too sure after a month
    none = np.zeros(len(label))
    slope, offset, unseen = platt(raw, label, np.ones(len(label)), short, none)
    told = scaled(raw, slope, offset, unseen, short, none)
    assert slope[0] == pytest.approx(1.0, abs=0.06)
    assert slope[0] + 2.5 * slope[1] == pytest.approx(0.5, abs=0.06)
    assert np.abs(told - truth).mean() < 0.1


def test_assets_that_leave_no_trace_lift_the_floor_and_not_the_top():
    draw = np.random.default_rng(9)
    label = np.repeat([0.0, 1.0], 20_000)
    hidden = (label == 1) & (draw.random(len(label)) < 0.08)
    raw = draw.normal(np.where((label == 1) & ~hidden, 2.0, -2.0), 1.0)  # truth of the seen: 4 raw
    short = np.zeros(len(label))
    slope, offset, unseen = platt(raw, label, np.ones(len(label)), short, short)
    assert share(unseen) == pytest.approx(0.08, abs=0.01)
    assert slope[0] == pytest.approx(4.0, rel=0.1)
    told = scaled(np.array([-4.0, 4.0]), slope, offset, unseen, np.zeros(2), np.zeros(2))
    assert told[0] == pytest.approx(np.log(0.08), abs=0.15)
    assert told[1] > 10
    low = raw < -1.5
    chance = 1 / (1 + np.exp(-scaled(raw, slope, offset, unseen, short, short)[low]))
    assert chance.mean() == pytest.approx(label[low].mean(), abs=0.01)


def test_venn_abers_holds_the_truth_and_narrows_with_more_sites():
    widths = []
    for n in (100, 5_000):
        truth, label, _ = drawn(n)
        knots, least, most = venn_abers(truth, label, np.ones(n))
        assert np.all(least <= most + 1e-9)
        assert np.all(np.diff(least) >= -1e-9)
        middle = np.abs(knots) < 2
        widths.append(float((most - least)[middle].mean()))
        if n == 5_000:
            assert np.abs((least + most)[middle] / 2 - knots[middle]).max() < 0.5
    assert widths[1] < widths[0] / 3


def test_beyond_all_that_was_seen_the_evidence_says_little():
    truth, label, _ = drawn(40)
    _, least, most = venn_abers(truth, label, np.ones(40))
    assert most[-1] - least[-1] > 1.0
