"""Delivered fraction: the kernel equals generalised least squares, and its interval holds."""

import numpy as np
import pytest
from delivery_cases import EVENING, noisy_case, working_days

from characterise.delivery import verify
from characterise.delivery.fraction import _normal_equations, solve


def test_normal_equations_equal_generalised_least_squares_with_the_full_matrix():
    rng = np.random.default_rng(2)
    cells = np.array([100, 101, 102, 105, 106])
    sigma = rng.uniform(0.5, 2.0, (1, 48))
    rho = np.array([0.7])
    x = rng.normal(2, 1, (2, 5))
    y = rng.normal(1, 1, 5)
    gram, score = _normal_equations(
        sigma, rho, np.array([0, 5]), np.array([0]), cells, y, np.array([2.0]),
        np.array([0, 2]), np.array([0, 10]), x.reshape(-1), np.array([0, 4]),
    )  # fmt: skip
    spread = sigma[0, cells % 48]
    lag = np.abs(cells[:, None] - cells[None, :])
    inverse = np.linalg.inv(2.0 * np.outer(spread, spread) * 0.7**lag)
    assert gram.reshape(2, 2) == pytest.approx(x @ inverse @ x.T)
    assert score == pytest.approx(x @ inverse @ y)


def test_without_evidence_the_posterior_is_the_prior():
    mean, sd = solve(np.zeros((2, 2)), np.zeros(2), 1.0, 1.0)
    assert mean.tolist() == [1.0, 1.0]
    assert sd.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("truth", [0.0, 0.5, 1.0])
def test_the_90_percent_interval_holds_the_truth_as_often_as_it_says(truth):
    case = noisy_case(n_sites=120, n_days=330, seed=int(10 * truth) + 40)
    rng = np.random.default_rng(8)
    for site in range(120):
        for day in rng.choice(working_days(330), 8, replace=False):
            case.dispatch(site, int(day), 4.0, fraction=truth)
    result = verify(case.cube(), case.declared_frame(), case.expected())
    for frame in (result.verdicts, result.cumulative):
        low = frame["delivered_fraction_p05"].to_numpy()
        high = frame["delivered_fraction_p95"].to_numpy()
        assert 0.83 <= np.mean((low <= truth) & (truth <= high)) <= 0.97  # of 120 and 960


def test_the_fraction_is_truncated_nowhere():
    case = noisy_case(n_days=200, sigma=0.2)
    case.dispatch(0, 100, 3.0, fraction=1.6, event="over")
    case.dispatch(0, 120, 3.0, fraction=-0.6, event="under")
    result = verify(case.cube(), case.declared_frame(), case.expected())
    middle = dict(result.verdicts.select("event_id", "delivered_fraction_p50").iter_rows())
    assert middle["over"] == pytest.approx(1.6, abs=0.2)
    assert middle["under"] == pytest.approx(-0.6, abs=0.2)


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_parties_of_one_event_share_what_their_sum_shows(shift):
    """A delivers another shape than it declared; B nothing. One event cannot tell them apart."""
    case = noisy_case(n_days=300, sigma=0.2)
    day = working_days(300)[150]
    for slot, size in zip(range(EVENING, EVENING + 4), (1.0, 1.1, 0.9, 1.0), strict=True):
        case.dispatch(0, day, 3 * size, fraction=0.0, fsp="AAAA", slots=[slot])
        case.dispatch(0, day, 3.0, fraction=0.0, fsp="BBBB", amsid="7700000000002", slots=[slot])
        case.net_kw[0, day, slot] -= 3 * (1 + shift * (slot - EVENING - 1.5))
    held = verify(case.cube(), case.declared_frame(), case.expected()).verdicts
    for row in held.iter_rows(named=True):
        assert row["delivered_fraction_p05"] < 0.5 < row["delivered_fraction_p95"]
        assert row["delivered_fraction_p05"] > -1.0
        assert row["delivered_fraction_p95"] < 2.0
    # Noise that remembers weighs an event's first half-hours most, and those were short.
    assert held["delivered_fraction_p50"].mean() == pytest.approx(0.5, abs=0.15)
