"""Calibration: next to nothing where chances come true, the true gap where they do not."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from characterise.scoring.calibration import (
    calibration,
    hosmer_lemeshow,
    reliability_rows,
    restated,
    spiegelhalter,
)
from characterise.training.figures import balanced, ece, mass_bins, squared_gaps


def drawn(n, seed, overconfident=1.0):
    """Probabilities at balanced prevalence, labels that follow them before they are sharpened."""
    rng = np.random.default_rng(seed)
    chance = rng.beta(0.7, 0.7, n)
    label = (rng.random(n) < chance).astype(float)
    logit = np.log(np.clip(chance, 1e-9, 1 - 1e-9) / np.clip(1 - chance, 1e-9, 1))
    return 0.5 * (1 + np.tanh(overconfident * logit / 2)), label


def alone(label):
    return np.arange(label.size)


def test_debiased_error_of_calibrated_chances_is_nothing_on_average():
    found = []
    for seed in range(60):
        chance, label = drawn(600, seed)
        found.append(squared_gaps(chance, label, balanced(label)))
    debiased = np.array([one.debiased for one in found])
    plain = np.mean([one.plain for one in found])
    assert abs(debiased.mean()) < 3 * debiased.std() / np.sqrt(60) + 0.1 * plain
    assert abs(debiased.mean()) < 0.2 * plain
    assert plain > 0.001  # without the allowance chance alone shows as an error


def test_error_of_overconfident_chances_is_their_true_gap():
    chance, _ = drawn(200_000, 1, overconfident=2.0)
    true, _ = drawn(200_000, 1)
    gap = np.sqrt(np.mean((chance - true) ** 2))
    small = [ece(*drawn(1_000, seed, overconfident=2.0)) for seed in range(30)]
    assert np.mean(small) == pytest.approx(gap, rel=0.1)


def test_interval_of_the_error_holds_nothing_where_calibrated_and_not_where_it_is_not():
    held = 0
    for seed in range(20):
        chance, label = drawn(500, seed)
        held += calibration(chance, label, alone(label)).ece_lower == 0
    assert held >= 18
    chance, label = drawn(1_000, 7, overconfident=3.0)
    told = calibration(chance, label, alone(label))
    assert 0 < told.ece_lower < told.ece < told.ece_upper


def test_sites_that_repeat_one_another_do_not_pass_for_evidence():
    chance, label = drawn(300, 5)
    copies = np.repeat(np.arange(300), 4)
    many = squared_gaps(chance[copies], label[copies], balanced(label[copies]))
    weight = balanced(label[copies])
    told = squared_gaps(chance[copies], label[copies], weight, cluster=copies)
    once = squared_gaps(chance, label, balanced(label))
    assert told.debiased == pytest.approx(once.debiased, abs=5e-4)
    assert many.debiased > told.debiased + 0.001


def test_order_of_sites_and_ties_change_nothing():
    chance = np.repeat([0.2, 0.8], 100)
    label = np.concatenate([np.arange(100) < 20, np.arange(100) < 80]).astype(float)
    straight = squared_gaps(chance, label, balanced(label))
    mixed = np.random.default_rng(0).permutation(200)
    again = squared_gaps(chance[mixed], label[mixed], balanced(label[mixed]))
    assert straight.plain == pytest.approx(again.plain, abs=1e-12)
    assert straight.plain == pytest.approx(0, abs=1e-12)
    assert len(np.unique(mass_bins(chance, balanced(label), 10))) == 2


def test_brier_and_its_parts_agree_with_the_textbook():
    chance = np.repeat([0.1, 0.3, 0.6, 0.9], 100)
    rng = np.random.default_rng(2)
    label = (rng.random(400) < chance).astype(float)
    told = calibration(chance, label, alone(label))
    weight = balanced(label)
    assert told.brier == pytest.approx(brier_score_loss(label, chance, sample_weight=weight))
    parts = told.reliability - told.resolution + told.uncertainty
    assert parts == pytest.approx(told.brier, abs=1e-9)  # exact: one probability a bin
    assert told.uncertainty == 0.25


def test_tests_reject_calibrated_chances_about_as_often_as_they_say():
    z, chi = [], []
    for seed in range(300):
        chance, label = drawn(200, 1_000 + seed)
        z.append(spiegelhalter(chance, label)[1])
        chi.append(hosmer_lemeshow(chance, label)[1])
    assert 0.02 < np.mean(np.array(z) < 0.05) < 0.09
    assert 0.01 < np.mean(np.array(chi) < 0.05) < 0.10
    sharp, label = drawn(400, 3, overconfident=3.0)
    assert spiegelhalter(sharp, label)[1] < 1e-4
    assert hosmer_lemeshow(sharp, label)[1] < 1e-4


def test_calibration_at_another_prevalence_is_judged_there():
    rng = np.random.default_rng(6)
    even, label = drawn(40_000, 6)
    keep = (label == 0) | (rng.random(label.size) < 0.1)  # a tenth of those that have it
    told = calibration(even[keep], label[keep], alone(label[keep]))
    assert told.ece < 0.02
    assert told.spiegelhalter_p > 0.01
    tenth = restated(even, 0.5, 1 / 11)
    again = calibration(tenth[keep], label[keep], alone(label[keep]), prevalence=1 / 11)
    assert again.ece == pytest.approx(told.ece, abs=1e-6)
    assert restated(tenth, 1 / 11, 0.5) == pytest.approx(even, abs=1e-4)


def test_few_sites_or_one_side_are_not_judged():
    assert np.isnan(calibration(np.ones(9) / 2, np.arange(9) % 2.0, np.arange(9)).brier)
    assert np.isnan(calibration(np.ones(90) / 2, np.ones(90), np.arange(90)).brier)
    few, label = drawn(49, 1)
    told = calibration(few, label, alone(label))
    assert np.isnan(told.ece)
    assert np.isfinite(told.brier)
    assert reliability_rows(np.ones(9) / 2, np.arange(9) % 2.0) == []


def test_bins_of_the_diagram_hold_every_site_once_and_rise():
    chance, label = drawn(1_000, 9)
    rows = reliability_rows(chance, label)
    assert sum(row[1] for row in rows) == 1_000
    stated = [row[2] for row in rows]
    assert stated == sorted(stated)
    assert all(low <= true <= high for *_, true, low, high in rows)
