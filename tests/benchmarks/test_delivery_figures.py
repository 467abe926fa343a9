"""Deliveries of known truth, laid over real and simulated sites: how often the check is right.

Sigma is estimated by the baseline from the sites as they are. Half of the arms are given the
asset meters, half have the boundary alone. A series counts as called where its evidence reached
the bar at any look, one after every event.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from characterise import simulate
from characterise.scoring.intervals import percentile
from characterise.training.corpus import real_batches, simulated_batches
from characterise.training.delivery_study import SETTINGS, Trial, one_party, two_parties
from characterise.training.dispatches import LENGTH, Stage, stage

SEED = 501
BAR = 1 / SETTINGS.false_flag_rate
RHO = 0.8
Z_SUM = 3.608
"""Normal quantiles of 99 % and 90 %, added."""

Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module", params=["real", "simulated"])
def stages(request: pytest.FixtureRequest) -> list[Stage]:
    """Sub-metered sites with 200 days and more."""
    if request.param == "real":
        batches: Iterable[Any] = real_batches(request.getfixturevalue("real_data"))
    else:
        people = simulate.population(
            homes=260, businesses=160, first_day=dt.date(2024, 10, 1), n_days=400, seed=SEED
        )
        batches = simulated_batches(people)
    return [held for batch in batches if (held := stage(batch)) is not None]


def closed_form(ratio: float, fraction: float) -> int:
    """Events that methods.md 3 asks for: AR(1) noise, one false flag in a hundred, power 90 %."""
    lags = np.abs(np.subtract.outer(np.arange(LENGTH), np.arange(LENGTH)))
    spread = math.sqrt(float((RHO**lags).sum()))
    return math.ceil((Z_SUM * spread / (LENGTH * ratio * (1 - fraction))) ** 2)


@pytest.mark.parametrize("metered", [True, False], ids=["metered", "boundary"])
@pytest.mark.parametrize("ratio", [1.0, 2.0, 4.0])
def test_honest_deliveries_of_a_year(
    benchmark: Any, stages: list[Stage], ratio: float, metered: bool
) -> None:
    trials = benchmark.pedantic(
        lambda: [
            one_party(held, ratio=ratio, fraction=1.0, n_events=60, seed=SEED, metered=metered)
            for held in stages
        ],
        rounds=1,
    )
    verdicts, series = _verdicts(stages, trials), _series(stages, trials)
    _report(benchmark, "events unsupported", verdicts, pl.col("verdict") == "unsupported")
    _report(benchmark, "events undecidable", verdicts, pl.col("verdict") == "undecidable")
    _report(benchmark, "series called at any look", series, pl.col("called"))
    _report(benchmark, "series unsupported at the end", series, pl.col("verdict") == "unsupported")
    _report(benchmark, "event's interval holds the truth", verdicts, _held())
    _report(benchmark, "series' interval holds the truth", series, _held())
    benchmark.extra_info["events, series"] = [verdicts.height, series.height]
    assert series["n_events"].sum() > 0


@pytest.mark.parametrize("metered", [True, False], ids=["metered", "boundary"])
@pytest.mark.parametrize(
    ("ratio", "fraction", "n_events"), [(2.0, 0.0, 5), (4.0, 0.0, 2), (4.0, 0.0, 3), (2.0, 0.5, 25)]
)
def test_under_delivery(
    benchmark: Any,
    stages: list[Stage],
    ratio: float,
    fraction: float,
    n_events: int,
    metered: bool,
) -> None:
    trials = benchmark.pedantic(
        lambda: [
            one_party(
                held, ratio=ratio, fraction=fraction, n_events=n_events, seed=SEED, metered=metered
            )
            for held in stages
        ],
        rounds=1,
    )
    verdicts, series = _verdicts(stages, trials), _series(stages, trials)
    _report(benchmark, f"called within {n_events} events", series, pl.col("called"))
    _report(benchmark, "events unsupported", verdicts, pl.col("verdict") == "unsupported")
    benchmark.extra_info["events by the closed form"] = closed_form(ratio, fraction)
    benchmark.extra_info["series"] = series.height
    assert series["called"].to_numpy().mean() > SETTINGS.false_flag_rate


@pytest.mark.parametrize("metered", [True, False], ids=["metered", "boundary"])
def test_delivered_fraction_drawn_at_random(
    benchmark: Any, stages: list[Stage], metered: bool
) -> None:
    rng = np.random.default_rng(SEED)

    def tried(n_events: int) -> list[Trial]:
        return [
            one_party(
                held,
                ratio=2.0,
                fraction=rng.uniform(0, 1.2, held.cube.n_meters),
                n_events=n_events,
                seed=SEED + n_events,
                metered=metered,
            )
            for held in stages
        ]

    runs = benchmark.pedantic(lambda: {n: tried(n) for n in (1, 5, 20)}, rounds=1)
    for n_events, trials in runs.items():
        series = _series(stages, trials)
        _report(benchmark, f"interval holds the truth, {n_events} events", series, _held())
        benchmark.extra_info[f"median width, {n_events} events"] = round(
            float(
                (series["delivered_fraction_p95"] - series["delivered_fraction_p05"]).median() or 0
            ),
            3,
        )
    assert set(runs) == {1, 5, 20}


def test_two_providers_of_whom_one_delivers_nothing(benchmark: Any, stages: list[Stage]) -> None:
    trials = benchmark.pedantic(
        lambda: [
            two_parties(held, ratio=2.0, overlap=0.8, n_events=30, seed=SEED) for held in stages
        ],
        rounds=1,
    )
    series = _series(stages, trials)
    pairs = series.pivot(
        on="fsp_id", index=["mpan", "group_id"], values=["probability_under_delivery", "verdict"]
    )
    under = "probability_under_delivery"
    _report(benchmark, "right one ranked", pairs, pl.col(f"{under}_BBBB") > pl.col(f"{under}_AAAA"))
    _report(benchmark, "honest one called", pairs, pl.col("verdict_AAAA") == "unsupported")
    _report(benchmark, "other one called", pairs, pl.col("verdict_BBBB") == "unsupported")
    benchmark.extra_info["sites"] = pairs.height
    assert pairs.height > 0


def _verdicts(stages: list[Stage], trials: list[Trial]) -> pl.DataFrame:
    frames = [
        trial.verdicts.join(held.sites, on="mpan", how="left")
        for held, trial in zip(stages, trials, strict=True)
    ]
    return pl.concat(frames)


def _series(stages: list[Stage], trials: list[Trial]) -> pl.DataFrame:
    frames = []
    for held, trial in zip(stages, trials, strict=True):
        names = list(trial.evidence)
        looks = pl.DataFrame(
            {
                "mpan": [mpan for mpan, _ in names],
                "fsp_id": [fsp for _, fsp in names],
                "called": [bool((trial.evidence[name] >= BAR).any()) for name in names],
            }
        )
        frames.append(
            trial.cumulative.join(looks, on=["mpan", "fsp_id"]).join(held.sites, on="mpan")
        )
    return pl.concat(frames)


def _held() -> pl.Expr:
    low, high = pl.col("delivered_fraction_p05"), pl.col("delivered_fraction_p95")
    return (low <= pl.col("fraction")) & (pl.col("fraction") <= high)


def _report(benchmark: Any, name: str, frame: pl.DataFrame, true: pl.Expr) -> None:
    """A share, and its central 95 % over homes and buildings resampled."""
    known = frame.with_columns(true.alias("true")).drop_nulls("true")
    value = known["true"].cast(pl.Float64).to_numpy()
    group = known["group_id"].rank("dense").cast(pl.Int64).to_numpy() - 1

    def share(at: npt.NDArray[np.int64]) -> float:
        return float(value[at].mean())

    every = np.arange(len(value))
    benchmark.extra_info[name] = [
        round(one, 4) for one in (share(every), *percentile(share, group))
    ]
