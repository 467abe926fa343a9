"""Rate of the delivery check: event half-hours a second, on one core."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from characterise import simulate
from characterise.baselines import one_day_ahead
from characterise.delivery import event_days, verify
from characterise.training.corpus import simulated_batches
from characterise.training.dispatches import (
    Dispatched,
    Party,
    dispatch,
    draw_days,
    habitual_slot,
    stage,
)

SEED = 9
N_EVENTS = 50


@pytest.fixture(scope="module")
def laid() -> list[Dispatched]:
    """Sites with fifty two-hour events a year each."""
    people = simulate.population(
        homes=150, businesses=50, first_day=dt.date(2024, 10, 1), n_days=400, seed=SEED
    )
    out = []
    for batch in simulated_batches(people):
        if (held := stage(batch)) is None:
            continue
        size = np.full(held.cube.n_meters, 2.0)
        party = Party("AAAA", size, draw_days(held.cube, SEED, N_EVENTS), 0 * size + 1)
        out.append(dispatch(held, [party], habitual_slot(held.cube, SEED)))
    return out


@pytest.mark.parametrize("metered", [True, False], ids=["metered", "boundary"])
def test_event_half_hours(benchmark: Any, laid: list[Dispatched], metered: bool) -> None:
    expected = [
        one_day_ahead(one.cube, "auto", exclude=event_days(one.declared, one.cube)) for one in laid
    ]

    def check() -> int:
        return sum(
            verify(
                one.cube, one.declared, load, asset_reads=one.asset_reads if metered else None
            ).verdicts.height
            for one, load in zip(laid, expected, strict=True)
        )

    events = benchmark.pedantic(check, rounds=3, warmup_rounds=1)
    half_hours = sum(one.declared.height for one in laid)
    rate = half_hours / benchmark.stats["median"]
    benchmark.extra_info["event half-hours"] = half_hours
    benchmark.extra_info["event half-hours a second"] = round(rate)
    benchmark.extra_info["seconds for 100,000"] = round(100_000 / rate, 1)
    assert events * 4 == half_hours
