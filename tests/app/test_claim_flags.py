"""One finding a party: chance shortfalls are left alone, joint ones blame nobody alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workflows.claim_flags import chance_under_delivered, findings_of, more_than_chance
from characterise.frames import CUMULATIVE, DECLARED, VERDICTS

MPAN = "1200000000011"
START = dt.datetime(2026, 1, 5, 17, tzinfo=dt.UTC)


def claims(party: str, verdicts: str, *, series: str = "consistent") -> list[dict[str, Any]]:
    """One event a day: ``u`` unsupported, ``c`` consistent, ``n`` no boundary data."""
    words = {"u": "unsupported", "c": "consistent", "n": "no_boundary_data"}
    return [
        {
            "event_id": f"{party}-{day}",
            "mpan": MPAN,
            "amsid": f"77{party}",
            "fsp_id": party,
            "verdict": words[letter],
            "declared_kwh": 10.0,
            "delivered_fraction_p05": 0.0,
            "delivered_fraction_p50": 0.2 if letter == "u" else 1.0,
            "delivered_fraction_p95": 0.4,
            "p_value": 0.005,
            "start": START + dt.timedelta(days=day),
            "series": series,
        }
        for day, letter in enumerate(verdicts)
    ]


def findings(*parties: list[dict[str, Any]]) -> Any:
    rows = [row for party in parties for row in party]
    verdicts = pl.DataFrame(
        [{name: row.get(name) for name in VERDICTS} for row in rows], schema=VERDICTS
    )
    declared = pl.DataFrame(
        [
            {**row, "ts_utc": row["start"] + k * dt.timedelta(minutes=30), "declared_kwh": 5.0}
            for row in rows
            for k in range(2)
        ]
    ).select(pl.col(name).cast(dtype) for name, dtype in DECLARED.items())
    series = {row["fsp_id"]: row for row in rows}
    cumulative = pl.DataFrame(
        [
            {
                **{name: None for name in CUMULATIVE},
                **{name: row[name] for name in ("mpan", "amsid", "fsp_id")},
                "verdict": row["series"],
                "probability_under_delivery": 0.9 if "u" in row["verdict"] else 0.05,
            }
            for row in series.values()
        ],
        schema=CUMULATIVE,
    )
    return findings_of(verdicts, cumulative, declared)


def test_one_chance_shortfall_among_many_events_is_no_flag() -> None:
    assert findings(claims("A", "c" * 30 + "u")) == []


def test_more_shortfalls_than_chance_explains_are_one_flag_with_the_worst_event() -> None:
    (flag,) = findings(claims("A", "ccuucc"))
    assert flag.fsp_id == "A"
    assert flag.evidence["events_short"] == ["A-2", "A-3"]
    assert flag.kw_at_stake == pytest.approx(8.0)
    assert flag.event_id in flag.evidence["events_short"]


def test_a_series_called_as_a_whole_is_flagged_whatever_its_events() -> None:
    (flag,) = findings(claims("A", "cccccccccccccccccccccu", series="unsupported"))
    assert flag.kind == "unsupported_claim"


def test_parties_short_together_are_named_together_and_nobody_alone() -> None:
    (flag,) = findings(claims("A", "uuu"), claims("B", "uuu"))
    assert flag.title.startswith("At least one of A, B")
    assert flag.amsid is None


def test_a_shortfall_laid_at_one_door_does_not_touch_the_neighbour() -> None:
    (flag,) = findings(claims("A", "uuu", series="unsupported"), claims("B", "ccc"))
    assert flag.fsp_id == "A"


def test_legal_coexistence_is_never_flagged() -> None:
    assert findings(claims("A", "ccc"), claims("B", "ccc")) == []


def test_events_that_could_not_be_tested_do_not_dilute_the_count() -> None:
    assert len(findings(claims("A", "uu" + "n" * 60))) == 1


@given(st.integers(0, 40), st.integers(1, 40))
def test_a_further_shortfall_never_makes_it_less_surprising(short: int, events: int) -> None:
    if more_than_chance(min(short, events), events, 0.01):
        assert more_than_chance(min(short + 1, events), events, 0.01)


@given(st.floats(-1, 2), st.floats(0.01, 2), st.floats(-1, 2))
def test_less_delivered_is_never_less_likely_under_delivered(
    middle: float, width: float, other: float
) -> None:
    def chance(at: float) -> float:
        fractions = {"p05": at - width, "p50": at, "p95": at + width}
        return chance_under_delivered(
            {f"delivered_fraction_{name}": value for name, value in fractions.items()}
        )

    low, high = sorted((middle, other))
    assert 0 <= chance(high) <= chance(low) <= 1
