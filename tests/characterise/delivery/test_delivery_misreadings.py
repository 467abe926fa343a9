"""A declaration with a slipped clock, sign or unit is named as such, beside the verdict."""

import numpy as np
import pytest
from delivery_cases import EVENING, noisy_case, working_days

from characterise.delivery import VerifySettings, verify
from characterise.delivery.claims import pack
from characterise.delivery.ground import ground_of
from characterise.delivery.misreadings import DOUBLED, MIRRORED, SHIFTED, misreadings
from characterise.delivery.placebo import match_windows
from characterise.delivery.trials import lay_out

SETTINGS = VerifySettings()
SLOTS = tuple(range(EVENING, EVENING + 4))


def dispatched(*, lag=0, factor=1.0, n_events=8, ratio=4.0, fsp="FLXA"):
    """Deliveries of ``factor`` times the declared, ``lag`` half-hours after it was declared."""
    case = noisy_case(n_days=300, seed=31)
    for day in working_days(300)[80 : 80 + 5 * n_events : 5]:
        case.dispatch(0, day, ratio, fraction=0.0, fsp=fsp)
        for slot in SLOTS:
            case.net_kw[0, day, slot + lag] -= factor * ratio
    return case


def readings_of(case):
    cube = case.cube()
    claims = pack(case.declared_frame(), cube)
    ground = ground_of(cube, claims, case.expected(), SETTINGS)
    trials = lay_out(claims, ground, SETTINGS)
    return misreadings(
        claims, trials, ground, match_windows(claims, trials, ground, None, SETTINGS)
    )


@pytest.mark.parametrize("lag", [-4, -2, 2, 3, 6])
def test_a_shifted_declaration_is_named_with_its_lag(lag):
    reading = readings_of(dispatched(lag=lag))[0]
    assert (reading.code, reading.lag) == (SHIFTED, lag)
    assert reading.fraction == pytest.approx(1.0, abs=0.2)


def test_a_mirrored_declaration_is_named():
    reading = readings_of(dispatched(factor=-1.0))[0]
    assert reading.code == MIRRORED


def test_a_declaration_in_kw_is_named_where_the_figure_is_sure():
    assert readings_of(dispatched(factor=0.5, n_events=20, ratio=8.0))[0].code == DOUBLED
    assert readings_of(dispatched(factor=0.5, n_events=2, ratio=1.0)) == {}


@pytest.mark.parametrize("factor", [0.0, 0.3, 0.75, 1.0])
def test_what_is_short_or_whole_as_it_stands_is_not_read_otherwise(factor):
    assert readings_of(dispatched(factor=factor)) == {}


def test_honest_sites_are_seldom_read_otherwise():
    found = 0
    for seed in range(3):
        case = noisy_case(n_sites=60, n_days=300, seed=seed)
        rng = np.random.default_rng(seed)
        for site in range(60):
            for day in rng.choice(working_days(300), 6, replace=False):
                case.dispatch(site, int(day), 2.0, fraction=float(rng.choice([0.0, 1.0])))
        found += len(readings_of(case))
    assert found <= 2  # of 180


def test_one_event_alone_says_nothing():
    assert readings_of(dispatched(lag=4, n_events=1)) == {}


def test_the_reading_stands_among_the_innocent_ones():
    case = dispatched(lag=4)
    result = verify(case.cube(), case.declared_frame(), case.expected())
    short = result.verdicts.filter(result.verdicts["verdict"] == "unsupported")
    assert short.height == 8
    for innocent in short["innocent"].to_list():
        assert any(
            "4 half-hours later" in sentence and "8 events" in sentence for sentence in innocent
        )
