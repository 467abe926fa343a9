"""The fit of the population of homes finds again what it was told."""

import json
from pathlib import Path

import numpy as np
import pytest

import characterise.simulate
from characterise.simulate.character import draw_characters, population
from characterise.simulate.rhythm import SOURCES, rhythm
from characterise.training.household_fit import describe, quiet
from characterise.training.household_population import SCORES, fit, fitted, without_left_on

FREE = np.arange(366) % 7 >= 5


def load_of(home, seed, away=None):
    return rhythm(
        np.random.default_rng(seed),
        home,
        first_day_of_year=0,
        free=FREE,
        away=np.zeros(366, dtype=bool) if away is None else away,
        active=np.zeros((366, 48)),
    )


@pytest.fixture(scope="module")
def drawn():
    return draw_characters(np.random.default_rng(4), population("british"), 6)


def test_a_home_is_described_by_its_own_mean_curve_and_season(drawn):
    for seed, home in enumerate(drawn[:3]):
        load = load_of(home, seed)
        found = describe(load, FREE)
        assert np.exp(found["level"][0]) == pytest.approx(load.mean(), rel=0.15)
        assert np.corrcoef(found["work"], home.work)[0, 1] > 0.9
        assert found["season"].mean() == pytest.approx(home.season.mean(), abs=0.35)


def test_an_empty_home_is_found_and_a_lived_in_one_is_not(drawn):
    away = np.zeros(366, dtype=bool)
    away[100:114] = True
    load = load_of(drawn[0], 1)
    load[away] = 0.2 * load.mean()
    assert quiet(load)[away].all()
    assert quiet(load)[~away].mean() < 0.05


def test_a_population_fitted_to_drawn_homes_has_their_middle(drawn):
    rows = [describe(load_of(home, seed), FREE) for seed, home in enumerate(drawn)]
    made = fit({"british": rows[:4], "german": rows[4:]})
    centre = made["styles"]["british"]["centre"]
    assert centre["level"][0] == pytest.approx(np.mean([r["level"][0] for r in rows[:4]]), abs=1e-3)
    assert len(made["correlation"]) == sum(len(made["basis"][name]) for name in SCORES)
    assert np.linalg.eigvalsh(np.array(made["correlation"])).min() > 0


def test_days_with_something_left_on_are_left_out_and_no_others(drawn):
    load = load_of(drawn[0], 1)
    load[50:60] = 6 * load.mean()
    load[200] = np.nan
    kept = np.isfinite(without_left_on(load)).all(axis=1)
    assert not kept[50:60].any()
    assert kept.sum() == len(load) - 11


def test_the_middle_of_german_homes_is_of_their_usual_days(drawn):
    rows = [describe(load_of(home, seed), FREE) for seed, home in enumerate(drawn)]
    usual = [{**row, "level": row["level"] - 1.0} for row in rows[3:]]
    plain = fit({"british": rows[:3], "german": rows[3:]})
    made = fit({"british": rows[:3], "german": rows[3:]}, usual)
    german = made["styles"]["german"]["centre"]["level"][0]
    assert german == pytest.approx(np.median([row["level"][0] for row in usual]), abs=1e-3)
    assert made["styles"]["british"] == plain["styles"]["british"]
    assert made["correlation"] == plain["correlation"]


def test_shares_of_noise_sum_to_one_for_every_source(drawn):
    for home in drawn:
        assert len(home.shares) == len(SOURCES)
        assert home.shares.sum() == pytest.approx(1.0)
        assert home.shares.min() >= 0


def test_the_half_fitted_to_is_about_half_and_never_changes():
    names = [f"home-{i}" for i in range(400)]
    assert 160 < sum(map(fitted, names)) < 240
    assert fitted("lcl_MAC000039")
    assert not fitted("lcl_MAC000023")


def test_the_shipped_file_names_its_sources_and_holds_no_home():
    place = Path(characterise.simulate.__file__).with_name("data") / "households.json"
    text = place.read_text("utf-8")
    held = json.loads(text)
    assert "CC BY 4.0" in held["licence"]
    assert "Low Carbon London" in held["source"]
    assert "MAC0" not in text
    assert "SFH" not in text
    assert max(map(len, held["styles"]["british"]["quantiles"])) < held["homes"]["german"]
