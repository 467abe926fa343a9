"""Evidence over events: power as the closed form says, and a false-flag rate that holds daily."""

import numpy as np
import polars as pl
import pytest
from delivery_cases import noisy_case, working_days

from characterise.delivery import VerifySettings, verify
from characterise.delivery.claims import pack
from characterise.delivery.cumulative import log_e_values, running_e
from characterise.delivery.ground import ground_of
from characterise.delivery.placebo import match_windows
from characterise.delivery.trials import lay_out

SETTINGS = VerifySettings()
CALL = 1 / SETTINGS.false_flag_rate


def series(ratio, fraction, n_events, *, n_sites, seed):
    """E-process of every site after each event, (n_sites, n_events)."""
    case = noisy_case(n_sites=n_sites, n_days=370, seed=seed)
    rng = np.random.default_rng(seed + 1)
    for site in range(n_sites):
        for day in rng.choice(working_days(370), n_events, replace=False):
            case.dispatch(site, int(day), ratio, fraction=fraction)
    cube = case.cube()
    claims = pack(case.declared_frame(), cube)
    ground = ground_of(cube, claims, case.expected(), SETTINGS)
    trials = lay_out(claims, ground, SETTINGS)
    placebo = match_windows(claims, trials, ground, None, SETTINGS)
    log_e = log_e_values(placebo, SETTINGS)
    site = claims.row
    return np.stack([running_e(log_e[trials.own[site == k]]) for k in range(n_sites)])


def test_an_honest_series_looked_at_after_every_event_is_called_at_most_as_often_as_stated():
    ever = series(3.0, 1.0, 100, n_sites=200, seed=50).max(axis=1) >= CALL
    # Two standard errors above 1 % of 200 series.
    assert ever.mean() <= 0.025


@pytest.mark.parametrize(
    ("ratio", "fraction", "events"), [(2.0, 0.0, 5), (4.0, 0.0, 2), (2.0, 0.5, 25)]
)
def test_under_delivery_is_called_within_the_events_of_the_closed_form(ratio, fraction, events):
    called = series(ratio, fraction, events, n_sites=150, seed=60).max(axis=1) >= CALL
    assert called.mean() >= 0.90


def test_an_e_value_is_one_on_average_for_an_honest_event():
    case = noisy_case(n_sites=400, n_days=330, seed=9)
    for site in range(400):
        case.dispatch(site, working_days(330)[120 + site % 60], 2.0, fraction=0.95)
    cube = case.cube()
    claims = pack(case.declared_frame(), cube)
    ground = ground_of(cube, claims, case.expected(), SETTINGS)
    trials = lay_out(claims, ground, SETTINGS)
    placebo = match_windows(claims, trials, ground, None, SETTINGS)
    e = np.exp(log_e_values(placebo, SETTINGS))
    # The smallest tilt has a spread that 400 events can average out.
    assert e[:, -1].mean() == pytest.approx(1.0, abs=0.2)


def test_the_frame_tells_what_would_settle_a_series():
    case = noisy_case(n_sites=2, n_days=330, seed=21)
    days = working_days(330)[100:104]
    for day in days:
        case.dispatch(0, day, 0.5, fraction=1.0)
        case.dispatch(1, day, 8.0, fraction=1.0)
    result = verify(case.cube(), case.declared_frame(), case.expected())
    small, large = result.cumulative.iter_rows(named=True)
    assert small["verdict"] == "undecidable"
    assert small["events_to_settle"] > 20
    assert large["verdict"] == "consistent"
    assert large["events_to_settle"] == 0
    assert large["n_events"] == 4
    assert large["probability_under_delivery"] < 0.1


def test_of_two_providers_the_right_one_is_ranked_first_and_the_honest_one_left_alone():
    """Methods.md 3: ratio 2, overlap 80 %, 30 events; B delivers nothing."""
    n_sites, n_events, ratio = 60, 30, 2.0
    case = noisy_case(n_sites=n_sites, n_days=370, seed=77)
    rng = np.random.default_rng(78)
    for site in range(n_sites):
        days = rng.choice(working_days(370), n_events, replace=False)
        for index, day in enumerate(days.tolist()):
            if index < 27:
                case.dispatch(site, day, ratio, fraction=1, fsp="AAAA", amsid="7700000000001")
            if index < 24 or index >= 27:
                case.dispatch(site, day, ratio, fraction=0, fsp="BBBB", amsid="7700000000002")
    result = verify(case.cube(), case.declared_frame(), case.expected()).cumulative
    under = result.pivot(on="fsp_id", index="mpan", values="probability_under_delivery")
    assert (under["BBBB"] > under["AAAA"]).mean() >= 0.95
    honest = result.filter(pl.col("fsp_id") == "AAAA")
    assert (honest["verdict"] == "unsupported").mean() <= 0.02
    short = result.filter(pl.col("fsp_id") == "BBBB")
    assert (short["verdict"] == "unsupported").mean() >= 0.8
