"""Gaming of known kind, laid over real and simulated sites: what each screen sees, and what not.

Real sites are all that have a dispatchable sub-meter and 200 days; power declared is twice sigma.
A screen's false alarms are counted over honest providers, its hits over those that play its kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from characterise import simulate
from characterise.frames import GAMING_SCREENS
from characterise.scoring.intervals import percentile
from characterise.training.corpus import real_batches, simulated_batches
from characterise.training.delivery_study import SETTINGS
from characterise.training.dispatches import Stage, stage
from characterise.training.gaming_study import screened

SEED = 505
RATIO = 2.0


@pytest.fixture(scope="module", params=["real", "simulated"])
def stages(request: pytest.FixtureRequest) -> list[Stage]:
    """Sub-metered sites with 200 days and more."""
    if request.param == "real":
        batches: Iterable[Any] = real_batches(request.getfixturevalue("real_data"))
    else:
        people = simulate.population(
            homes=150, businesses=90, first_day=dt.date(2024, 10, 1), n_days=400, seed=SEED
        )
        batches = simulated_batches(people)
    return [held for batch in batches if (held := stage(batch)) is not None]


@pytest.mark.parametrize("metered", [True, False], ids=["metered", "boundary"])
@pytest.mark.parametrize("n_events", [12, 30, 60])
def test_honest_providers(
    benchmark: Any, stages: list[Stage], n_events: int, metered: bool
) -> None:
    found = benchmark.pedantic(lambda: _played(stages, "honest", n_events, metered), rounds=1)
    _false_alarms(benchmark, found)


def test_honest_falls_and_rises(benchmark: Any, stages: list[Stage]) -> None:
    found = benchmark.pedantic(lambda: _played(stages, "both_directions", 30, False), rounds=1)
    _false_alarms(benchmark, found)


@pytest.mark.parametrize("metered", [True, False], ids=["metered", "boundary"])
@pytest.mark.parametrize(
    ("kind", "gain"),
    [
        ("look_back_raised", 0.25),
        ("look_back_raised", 0.5),
        ("window_ramped", 0.75),
        ("window_ramped", 1.0),
        ("always_at_the_cap", 1.0),
        ("low_load_days", 1.0),
        ("rebound_traded", 1.0),
    ],
)
def test_gaming_of_one_kind(
    benchmark: Any, stages: list[Stage], kind: str, gain: float, metered: bool
) -> None:
    found = benchmark.pedantic(lambda: _played(stages, kind, 20, metered, gain), rounds=1)
    own = found.filter(pl.col("screen") == kind)
    judged = own.filter(pl.col("finding") != "not_enough")
    _report(benchmark, "seen", judged, pl.col("finding") == "seen")
    others = found.filter(pl.col("screen") != kind)
    _report(benchmark, "any other screen seen", _by_party(others), pl.col("seen"))
    benchmark.extra_info["judged, parties"] = [judged.height, own.height]
    assert (judged["finding"] == "seen").mean() > 10 * SETTINGS.false_flag_rate


def _played(
    stages: list[Stage], kind: str, n_events: int, metered: bool, gain: float = 1.0
) -> pl.DataFrame:
    return pl.concat(
        screened(held, kind, ratio=RATIO, n_events=n_events, seed=SEED, gain=gain, metered=metered)
        for held in stages
    )


def _false_alarms(benchmark: Any, found: pl.DataFrame) -> None:
    for code in GAMING_SCREENS:
        judged = found.filter((pl.col("screen") == code) & (pl.col("finding") != "not_enough"))
        if judged.height:
            _report(benchmark, f"{code} seen", judged, pl.col("finding") == "seen")
            _report(benchmark, f"{code} p at most 0.05", judged, pl.col("p_value") <= 0.05)
    parties = _by_party(found)
    _report(benchmark, "any screen seen", parties, pl.col("seen"))
    benchmark.extra_info["parties"] = parties.height
    assert parties["seen"].to_numpy().mean() <= 5 * SETTINGS.false_flag_rate


def _by_party(found: pl.DataFrame) -> pl.DataFrame:
    return found.group_by("mpan", "fsp_id", "group_id", maintain_order=True).agg(
        (pl.col("finding") == "seen").any().alias("seen")
    )


def _report(benchmark: Any, name: str, frame: pl.DataFrame, true: pl.Expr) -> None:
    """A share, and its central 95 % over homes and buildings resampled."""
    value = frame.select(true.cast(pl.Float64)).to_series().to_numpy()
    group = frame["group_id"].rank("dense").cast(pl.Int64).to_numpy() - 1

    def share(at: npt.NDArray[np.int64]) -> float:
        return float(value[at].mean())

    every = np.arange(len(value))
    benchmark.extra_info[name] = [
        round(one, 4) for one in (share(every), *percentile(share, group))
    ]
