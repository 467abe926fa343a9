"""What lies behind one event agrees with the frames, and ends where the record ends."""

import numpy as np
import polars as pl
import pytest
from delivery_cases import noisy_case, working_days

from characterise.delivery import VerifySettings, verify
from characterise.delivery.every_baseline import under_every_baseline
from characterise.delivery.explain import explain

DAYS = working_days(280)[100:112]
PARTY = ["mpan", "amsid", "fsp_id"]


@pytest.fixture(scope="module")
def shared():
    """FLXA delivers all and FLXB nothing, on the same evenings; a site, and what was declared."""
    case = noisy_case(seed=31)
    for day in DAYS:
        case.dispatch(0, day, 5.0, fraction=1.0, event=f"A{day}")
        case.dispatch(0, day, 5.0, fraction=0.0, fsp="FLXB", amsid="7700000000002", event=f"B{day}")
    return case.cube(), case.declared_frame(), case.expected()


def test_verdicts_are_those_of_the_check(shared):
    found = explain(*shared, f"A{DAYS[4]}")
    every = verify(*shared).verdicts
    same = every.filter(pl.col("event_id").is_in([f"A{DAYS[4]}", f"B{DAYS[4]}"]))
    assert found.verdicts.equals(same)


def test_the_sum_comes_first_and_then_each_claim_credited_with_the_whole_fall(shared):
    trials = explain(*shared, f"A{DAYS[4]}").trials
    assert trials["together"].to_list() == [True, False, False]
    assert trials["declared_kwh"].to_list() == pytest.approx([20.0, 10.0, 10.0])
    fallen = (trials["declared_kwh"] - trials["shortfall_kwh"]).to_list()
    assert fallen == pytest.approx(trials["fallen_kwh"].to_list())


def test_the_p_value_is_the_rank_among_the_windows_shown(shared):
    found = explain(*shared, f"A{DAYS[4]}")
    for row in found.trials.iter_rows(named=True):
        held = found.windows.filter(pl.col("trial") == row["trial"])["shortfall_kwh"].to_numpy()
        assert len(held) == row["n_windows"]
        rank = (1 + (held >= row["shortfall_kwh"]).sum()) / (1 + len(held))
        assert row["p_value"] == pytest.approx(rank)
    joint = found.trials.row(0, named=True)
    assert joint["shortfall_kwh"] > joint["critical_kwh"]
    assert found.verdicts["min_detectable_kwh"][0] == pytest.approx(joint["min_detectable_kwh"])


def test_always_together_is_one_of_several_with_full_collinearity(shared):
    found = explain(*shared, f"B{DAYS[4]}").parties
    assert set(found["ground"]) == {"one_of_several"}
    assert found["collinearity"].to_list() == pytest.approx([1.0, 1.0])


def test_the_running_record_ends_at_the_cumulative_frame(shared):
    running = explain(*shared, f"A{DAYS[0]}").running
    last = running.sort("n_events").group_by(PARTY).last().sort(PARTY)
    whole = verify(*shared).cumulative.sort(PARTY)
    for name in ("delivered_fraction_p05", "delivered_fraction_p50", "delivered_fraction_p95"):
        np.testing.assert_allclose(last[name], whole[name], rtol=1e-5)
    assert last["n_events"].to_list() == whole["n_events"].to_list() == [len(DAYS)] * 2


def test_the_interval_narrows_and_nothing_delivered_passes_the_bar():
    case = noisy_case(seed=33)
    for day in DAYS:
        case.dispatch(0, day, 4.0, fraction=0.0)
    found = explain(case.cube(), case.declared_frame(), case.expected(), f"E{DAYS[0]:04d}")
    running = found.running.sort("ts_utc")
    width = (running["delivered_fraction_p95"] - running["delivered_fraction_p05"]).to_numpy()
    assert (np.diff(width) < 0).all()
    assert running["ts_utc"].dt.hour().unique().to_list() == [17]
    assert running["e_value"][-1] >= found.call_at_e == 1 / VerifySettings().false_flag_rate


def test_an_event_nobody_declared_is_empty(shared):
    found = explain(*shared, "nonesuch")
    assert found.trials.is_empty()
    assert found.running.is_empty()


def test_without_a_boundary_nothing_is_compared():
    case = noisy_case(seed=31)
    case.dispatch(0, DAYS[0], 4.0, fraction=1.0)
    case.net_kw[0, DAYS[0]] = np.nan
    found = explain(case.cube(), case.declared_frame(), case.expected(), f"E{DAYS[0]:04d}")
    assert found.verdicts["verdict"].to_list() == ["no_boundary_data"]
    assert found.trials.is_empty()
    assert found.parties["fraction"].is_null().all()


def test_every_baseline_gives_a_line_and_a_verdict(shared):
    cube, declared, expected = shared
    every = under_every_baseline(cube, declared, expected, [f"A{DAYS[4]}"])
    assert every.figures["method"].to_list() == ["ridge", "bl01_like", "mean_of_days"]
    assert every.figures["verdict"].null_count() == 0
    # The case says that the ridge served every half-hour.
    assert every.figures["served"].to_list() == [4, 0, 0]
    fallen = every.figures["expected_kwh"] - every.figures["boundary_kwh"]
    np.testing.assert_allclose(fallen, every.figures["fallen_kwh"], rtol=1e-5)
    assert every.lines.group_by("method").len()["len"].to_list() == [280 * 48] * 3
