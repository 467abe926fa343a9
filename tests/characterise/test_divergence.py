"""Only what was asked for can contradict a declared value; what delivers clears it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from characterise.divergence import (
    ACTIVATIONS,
    DIVERGENCE,
    STATUSES,
    VALUES,
    DivergenceSettings,
    diverge,
)

START = dt.datetime(2026, 1, 5, 17, tzinfo=dt.UTC)


def value(**changes: Any) -> pl.DataFrame:
    row = {
        "override_id": "O", "parameter": "rated_export_kw", "statistic": "max", "value": 50.0,
        "since_utc": START,
    }  # fmt: skip
    return pl.DataFrame([row | changes], schema=VALUES)


def events(*observed: float, asked: float | None = 50.0, every: int = 7, first: int = 0,
           doubt: float = 3.0, dispatched: bool = True) -> pl.DataFrame:  # fmt: skip
    rows = [
        {
            "override_id": "O",
            "start_utc": START + dt.timedelta(days=first + every * place),
            "dispatched": dispatched,
            "asked": asked,
            "observed": kw,
            "lower": kw - doubt,
            "upper": kw + doubt,
        }
        for place, kw in enumerate(observed)
    ]
    return pl.DataFrame(rows, schema=ACTIVATIONS)


def judged(*seen: pl.DataFrame, **changes: Any) -> dict[str, Any]:
    frame = diverge(value(**changes), pl.concat(seen) if seen else ACTIVATIONS.to_frame())
    assert frame.schema == DIVERGENCE
    return frame.row(0, named=True)


def test_fifty_declared_and_fifteen_delivered_week_after_week_diverges() -> None:
    row = judged(events(15, 14, 15, 13, 15))
    assert row["status"] == "diverging"
    assert (row["n_asked"], row["n_short"], row["weeks"]) == (5, 5, 4.0)
    assert row["share"] == pytest.approx(0.7)
    assert 0.2 < row["share_lower"] <= row["share"] <= row["share_upper"]
    assert row["chance"] > 0.99


@pytest.mark.parametrize(
    ("seen", "lacks"),
    [
        (events(15, 15, 15, 15), "not_enough"),
        (events(15, 15, 15, 15, 15, every=1), "parting"),
        (events(30, 31, 32, 33, 34, doubt=20), "parting"),
    ],
)
def test_too_few_too_short_or_too_unsure_is_no_divergence(seen: pl.DataFrame, lacks: str) -> None:
    assert judged(seen)["status"] == lacks


def test_what_nothing_asked_for_is_not_enough() -> None:
    less = events(*[15] * 30, asked=15.0)
    ran = events(*[22] * 30, asked=None, dispatched=False)
    unknown = events(*[15] * 30, asked=None)
    row = judged(less, ran, unknown)
    assert row["status"] == "not_enough"
    assert (row["n_asked"], row["n_asked_less"], row["ordinary_most"]) == (0, 60, 22)
    assert "Running is not the same as available" in row["because"]


def test_ordinary_running_bears_a_maximum_out_and_no_median() -> None:
    ran = events(48, asked=None, dispatched=False)
    assert judged(ran)["status"] == "borne_out"
    assert judged(ran, statistic="p50")["status"] == "not_enough"


def test_it_is_borne_out_as_soon_as_it_delivers() -> None:
    short = events(*[15] * 8)
    assert judged(short)["status"] == "diverging"
    assert judged(short, events(49, first=60))["status"] == "borne_out"
    mended = judged(short, events(49, first=60), statistic="p50")
    assert mended["status"] == "parting"
    mended = judged(short, events(49, 50, 48, first=60), statistic="p50")
    assert mended["status"] == "borne_out"


def test_a_new_run_of_shortfall_starts_its_own_weeks() -> None:
    row = judged(events(*[15] * 4), events(*[49] * 5, first=30), events(*[15] * 6, first=70),
                 statistic="p50")  # fmt: skip
    assert row["since_utc"] == START + dt.timedelta(days=84)
    assert row["weeks"] == 3.0


def test_events_from_before_it_was_declared_do_not_count() -> None:
    row = judged(events(*[15] * 8), since_utc=START + dt.timedelta(days=28))
    assert row["n_asked"] == 4


def test_a_ramp_cannot_be_contradicted() -> None:
    assert judged(events(*[1] * 9), parameter="ramp_up_kw_per_min")["status"] == "not_observable"


def test_more_than_declared_is_borne_out_and_says_so() -> None:
    row = judged(events(*[70] * 5))
    assert row["status"] == "borne_out"
    assert row["share"] == pytest.approx(-0.4)


kilowatts = st.lists(st.floats(0, 60), min_size=1, max_size=12)


@given(kilowatts, st.sampled_from(["min", "p10", "p50", "p90", "max"]))
def test_the_point_lies_in_its_interval_and_the_same_input_gives_the_same_row(
    observed: list[float], statistic: str
) -> None:
    row = judged(events(*observed), statistic=statistic)
    assert row == judged(events(*observed), statistic=statistic)
    assert row["observed_lower"] <= row["observed"] <= row["observed_upper"]
    assert row["status"] in STATUSES


@given(kilowatts)
def test_what_was_asked_for_less_never_diverges(observed: list[float]) -> None:
    assert judged(events(*observed, asked=39.9))["status"] in ("not_enough", "borne_out")


@given(kilowatts, st.floats(1, 30))
def test_delivering_more_never_makes_it_diverge(observed: list[float], more: float) -> None:
    before = judged(events(*observed))
    after = judged(events(*[kw + more for kw in observed]))
    if before["status"] == "borne_out":
        assert after["status"] == "borne_out"
    assert after["share"] <= before["share"]


def test_an_empty_frame_gives_an_empty_frame() -> None:
    frame = diverge(VALUES.to_frame(), ACTIVATIONS.to_frame(), DivergenceSettings(events=1))
    assert frame.is_empty()
    assert frame.schema == DIVERGENCE
