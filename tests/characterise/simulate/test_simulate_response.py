"""Ways of answering a call: at once, slowly, ahead of it, some of the time, by several plants."""

import numpy as np
import pytest

from characterise.simulate.flexible_demand import STYLES, response

N = 48 * 200
LOAD = np.full(N, 100.0)


def _calls() -> np.ndarray:
    calls = np.zeros(N)
    for start in range(60, N - 60, 48 * 4):
        calls[start : start + 4] = 1.0
    return calls


def _answer(style: str, seed: int = 1, calls: np.ndarray | None = None, **more: float):
    rng = np.random.default_rng(seed)
    return response(
        rng, LOAD, kw=40.0, calls=_calls() if calls is None else calls, style=style, **more
    )


@pytest.mark.parametrize("style", STYLES)
def test_nothing_is_shed_outside_a_call_or_beyond_the_load(style: str) -> None:
    for seed in range(6):
        reduction, rebound = _answer(style, seed)
        assert reduction.shape == rebound.shape == (N,)
        assert not reduction[_calls() == 0].any()
        assert reduction.sum() > 0
        assert reduction.max() <= 0.85 * 100.0
        assert not (reduction * rebound).any() or style == "several"
        assert rebound.sum() < reduction.sum()
        assert rebound.max() <= 40.0 * (1 + 1e-9)


@pytest.mark.parametrize("style", STYLES)
def test_without_a_call_nothing_moves(style: str) -> None:
    reduction, rebound = _answer(style, calls=np.zeros(N))
    assert not reduction.any()
    assert not rebound.any()


@pytest.mark.parametrize("style", STYLES)
def test_a_call_more_changes_nothing_before_its_preparation(style: str) -> None:
    calls = _calls()
    fewer = calls.copy()
    fewer[5000:] = 0.0
    full, part = _answer(style, calls=calls), _answer(style, calls=fewer)
    for one, other in zip(full, part, strict=True):
        assert np.array_equal(one[:4900], other[:4900])


def test_a_slow_plant_gets_there_step_by_step() -> None:
    reduction, _ = _answer("slow")
    by_step = [reduction[60 + k :: 48 * 4][:40].mean() for k in range(3)]
    assert by_step[0] < 0.7 * by_step[1] <= by_step[2] * 1.05
    at_once, _ = _answer("")
    assert at_once[60 :: 48 * 4][:40].mean() == pytest.approx(40.0, rel=0.1)


def test_stock_is_made_before_the_call() -> None:
    reduction, extra = _answer("precool", rebound=0.5)
    calls = _calls()
    starts = np.flatnonzero(np.diff(calls) > 0) + 1
    ahead = np.zeros(N, dtype=bool)
    for start in starts:
        ahead[start - 6 : start] = True
    assert extra[ahead].sum() == pytest.approx(extra.sum())
    assert extra.sum() == pytest.approx(0.5 * reduction.sum(), rel=0.01)
    _, after = _answer("", rebound=0.5)
    assert not after[ahead].any()


def test_who_takes_part_in_some_calls_sits_others_out() -> None:
    reduction, _ = _answer("partial")
    starts = np.flatnonzero(np.diff(_calls()) > 0) + 1
    energy = np.array([reduction[start : start + 4].sum() for start in starts])
    assert 0.1 < (energy == 0).mean() < 0.6
    assert energy.max() > 2 * energy[energy > 0].min()


def test_several_plants_shed_less_than_their_sum_now_and_then() -> None:
    reduction, _ = _answer("several", seed=3)
    starts = np.flatnonzero(np.diff(_calls()) > 0) + 1
    energy = np.array([reduction[start : start + 4].sum() for start in starts])
    assert energy.max() < 1.1 * 4 * 40
    assert energy.std() > 0.05 * energy.mean()


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(ValueError, match="no response goes by 'whim'"):
        _answer("whim")
