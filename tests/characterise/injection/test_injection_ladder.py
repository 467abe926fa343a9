"""How small an asset would show: the search, and what it says where nothing would."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from engine_cases import cube_of

from characterise import injection, presence, signatures
from characterise.asset_classes import ASSET_CLASSES, EV_CHARGER
from characterise.calibration import logit_of
from characterise.injection import ladder
from characterise.model import load_model
from characterise.simulate import example
from characterise.training.corpus import simulated_batches

EV = ASSET_CLASSES.index(EV_CHARGER)
SHAPE = (3, len(ASSET_CLASSES))


def judged(probability, sufficient=True):
    """Every meter alike, the charger's probability given, the other classes present."""
    chance = np.full(SHAPE, 0.9, dtype=np.float32)
    chance[:, EV] = probability
    enough = np.full(SHAPE, sufficient)
    return presence.Presence(
        probability=chance,
        lower=chance,
        upper=chance,
        tier=np.zeros(SHAPE, np.int8),
        sufficient=enough,
        findings={},
    )


@pytest.fixture
def shown_from(monkeypatch):
    """A world in which each meter's charger shows from a size of its own, kW, by its load."""

    def arrange(threshold):
        def flat(cube, signals):
            shape = (1, cube.n_days, 48)
            return lambda kw: np.tile(kw[:, None, None], shape).astype(np.float32)

        def logit(part, table, names, days):
            with np.errstate(divide="ignore"):
                return 3 * np.log(table[:, 0] / threshold), np.zeros(len(table))

        seen = SimpleNamespace(
            asset_class=EV_CHARGER,
            feature_names=("mean_kw",),
            features=lambda cube, signals: cube.import_kw.mean(axis=(1, 2))[:, None],
        )
        monkeypatch.setattr(ladder, "PREPARE", {EV_CHARGER: flat})
        monkeypatch.setattr(ladder, "SIGNATURES", [seen] * len(ASSET_CLASSES))
        monkeypatch.setattr(ladder, "logit_of", logit)

    return arrange


MODEL = SimpleNamespace(classes=[None] * len(ASSET_CLASSES))
IDLE = cube_of(np.zeros((3, 4, 48)))


@pytest.mark.parametrize("threshold", [2.0, 3.0, 7.4, 20.0])
def test_the_size_at_which_the_class_turns_seen_is_found(shown_from, threshold):
    shown_from(threshold)
    found = injection.smallest_visible(IDLE, judged(0.01), MODEL)
    np.testing.assert_allclose(found.smallest_kw[:, EV], threshold, rtol=0.1)
    assert not found.invisible.any()
    assert found.finding(0, EV) is None


def test_more_passes_come_closer(shown_from):
    shown_from(3.0)
    rough, fine = (
        injection.smallest_visible(IDLE, judged(1e-9), MODEL, passes=passes).smallest_kw[0, EV]
        for passes in (1, 6)
    )
    assert abs(np.log(fine / 3)) < 0.02 < abs(np.log(rough / 3))


def test_where_no_size_shows_a_finding_says_so_with_the_largest_tried(shown_from):
    shown_from(1e6)
    found = injection.smallest_visible(IDLE, judged(0.01), MODEL)
    assert np.isnan(found.smallest_kw).all()
    finding = found.finding(1, EV)
    assert finding.code == injection.NEVER_VISIBLE
    assert "22 kW" in finding.because
    # `reconcile` raises no "not seen" on what this code stands beside.
    assert finding.code.startswith("not_observable_here")


@pytest.mark.parametrize(("probability", "sufficient"), [(0.5, True), (0.01, False)])
def test_nothing_is_sought_where_the_class_is_seen_or_data_are_few(
    shown_from, probability, sufficient
):
    shown_from(3.0)
    found = injection.smallest_visible(IDLE, judged(probability, sufficient), MODEL)
    assert np.isnan(found.smallest_kw).all()
    assert np.isnan(found.largest_tried_kw).all()
    assert found.finding(0, EV) is None


def test_no_passes_seek_nothing(shown_from):
    shown_from(3.0)
    found = injection.smallest_visible(IDLE, judged(0.01), MODEL, passes=0)
    assert np.isnan(found.smallest_kw).all()
    assert not found.invisible.any()


def test_a_rarer_class_needs_a_bigger_asset_to_be_called(shown_from):
    shown_from(3.0)
    balanced = injection.smallest_visible(IDLE, judged(0.01), MODEL)
    rare = injection.smallest_visible(IDLE, judged(0.01), MODEL, prevalence=0.05)
    expected = 3.0 * 19 ** (1 / 3)
    assert balanced.smallest_kw[0, EV] == pytest.approx(3.0, rel=0.1)
    assert rare.smallest_kw[0, EV] == pytest.approx(expected, rel=0.1)


def test_a_large_site_is_tried_up_to_its_own_peak():
    small, large = injection.size_range(cube_of(np.full((1, 2, 48), 500.0)), EV_CHARGER)
    assert large[0] == 500
    assert small[0] == pytest.approx(500 / 64)
    assert injection.size_range(IDLE, EV_CHARGER)[1].tolist() == [22.0] * 3


@pytest.fixture(scope="module")
def home():
    batch = next(simulated_batches(example("plain_home", seed=1)))
    return batch.cube


def chance_of(cube):
    one = signatures.SIGNATURES[EV]
    table = one.features(cube, None)
    days = np.isfinite(cube.import_kw).sum(axis=(1, 2)) / 48
    return logit_of(load_model().classes[EV], table, one.feature_names, days)[0][0]


def test_a_home_shows_a_charger_over_the_size_it_names_and_none_well_under_it(home):
    model = load_model()
    tables = signatures.features(home)
    sure = presence.assess(home, tables, np.ones((1, 5), bool), model)
    assert not sure.present[0, EV]
    kw = injection.smallest_visible(home, sure, model).smallest_kw[0, EV]
    assert 1.0 < kw < 22
    lay = injection.PREPARE[EV_CHARGER](home, None)
    over, under = (
        injection.behind(home, lay(np.array([kw * part], np.float32))) for part in (1.4, 0.4)
    )
    assert chance_of(over) >= 0
    assert chance_of(under) < 0


def test_the_same_meter_gets_the_same_answer_in_any_company(home):
    model = load_model()
    both = injection.rows_of(home, np.array([0, 0]))
    both = replace(both, import_kw=both.import_kw * np.array([1, 3], np.float32)[:, None, None])
    alone, shared = (
        injection.smallest_visible(
            cube,
            presence.assess(
                cube, signatures.features(cube), np.ones((cube.n_meters, 5), bool), model
            ),
            model,
        ).smallest_kw[0]
        for cube in (home, both)
    )
    np.testing.assert_array_equal(alone, shared)
