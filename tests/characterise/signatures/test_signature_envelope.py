import numpy as np
import pytest

from characterise.signatures.clear_sky import panel_light
from characterise.signatures.envelope import (
    depths,
    envelope_figures,
    fit_envelope,
    n_windows,
    window_light,
)

DAYS = 360
LIGHT = panel_light(19723, DAYS, 52.0, 0.0)
FLAT, EAST, EQUATOR, WEST = range(4)


def skies(seed):
    """(D, 48) clearness: a day's own, with clouds that pass; a third of days are clear."""
    rng = np.random.default_rng(seed)
    day = np.where(rng.random(DAYS) < 0.33, 1.0, rng.uniform(0.1, 0.9, DAYS))[:, None]
    cloud = rng.normal(0, 0.15, (DAYS, 48)) * (day < 1)
    return np.clip(day + cloud, 0.08, 1.1)


def boundary(parts, load=0.4, seed=3):
    """(D, 48) net kW of panels of ``parts`` under `skies`, before a load that strays."""
    rng = np.random.default_rng(seed + 1)
    made = np.tensordot(parts, LIGHT[:4], 1) * skies(seed)
    return (load * rng.uniform(0.7, 2.5, (DAYS, 48)) - made).astype(np.float32)


def fitted(net, *, stuck=False):
    many = n_windows(DAYS)
    shine = np.empty((5, many, 48))
    depth, base = np.empty((many, 48)), np.empty(many)
    share, there = np.empty(4), np.empty(many, dtype=bool)
    out = np.full(5, np.nan)
    window_light(LIGHT, shine)
    depths(net, shine, depth, base, np.empty((48, 8)))
    fit_envelope(depth, base, shine, stuck, share, there)
    envelope_figures(depth, base, there, shine, stuck, share, out)
    return share, there, out


@pytest.mark.parametrize("side", [FLAT, EAST, EQUATOR, WEST])
def test_the_curve_finds_size_and_side_of_the_panels(side):
    parts = np.zeros(4)
    parts[side] = 4.0
    share, there, (_, fit, season, most, _) = fitted(boundary(parts))
    assert share.argmax() == side
    assert most == pytest.approx(4.0 * LIGHT[side].max(), rel=0.1)
    assert fit > 0.95
    assert season > 0.7
    assert there.all()


def test_a_roof_to_east_and_west_is_both():
    share, _, _ = fitted(boundary(np.array([0.0, 2.0, 0.0, 2.0])))
    assert share[EAST] == pytest.approx(share[WEST], rel=0.3)
    assert share[EAST] + share[WEST] > 2 * share[EQUATOR]


def test_a_load_that_is_lowest_at_night_shows_no_panels():
    net = boundary(np.zeros(4))
    net += 0.5 * (LIGHT[4] > 0)
    _, _, (_, fit, _, most, _) = fitted(net)
    assert most < 0.05
    assert fit < 0.3


def test_night_storage_heating_is_no_sun():
    """Loads under the night's in winter alone: the season runs against the sun's."""
    net = boundary(np.zeros(4))
    winter = np.cos(2 * np.pi * np.arange(DAYS) / 365)[:, None] > 0.3
    net += 3.0 * winter * (np.arange(48) < 14)
    _, _, (_, fit, season, _, _) = fitted(net)
    assert fit < 0.8
    assert season < 0


def test_months_before_the_panels_came_are_left_out():
    net = boundary(np.array([1.0, 0.0, 3.0, 0.0]))
    net[:180] = boundary(np.zeros(4))[:180]
    _, there, (_, fit, _, most, _) = fitted(net)
    assert not there[:5].any()
    assert there[7:].all()
    assert most == pytest.approx((LIGHT[FLAT] + 3 * LIGHT[EQUATOR]).max(), rel=0.1)
    assert fit > 0.9


def test_a_meter_that_stops_at_zero_says_at_least_its_load():
    """Without an export register the depth is cut at the load; low suns show that more is up."""
    net = np.maximum(boundary(np.array([0.0, 0.0, 4.0, 0.0])), 0.0)
    share, _, (_, fit, _, most, _) = fitted(net, stuck=True)
    cut, _, _ = fitted(net, stuck=False)
    assert share.sum() > 2 * cut.sum()
    assert fit > 0.8
    assert most > 0.7


def test_nights_that_were_lost_borrow_those_of_other_months():
    net = boundary(np.array([4.0, 0.0, 0.0, 0.0]))
    net[60:240][LIGHT[4, 60:240] <= 0] = np.nan
    _, there, (_, _, _, most, _) = fitted(net)
    assert there.all()
    assert most == pytest.approx(4.0 * LIGHT[FLAT].max(), rel=0.1)


def test_a_blank_meter_has_no_figures():
    share, _, out = fitted(np.full((DAYS, 48), np.nan, np.float32))
    assert not share.any()
    assert np.isnan(out).all()
