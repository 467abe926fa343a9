"""Sentences on a battery's figures: every one that is weighed can be spoken."""

import numpy as np
import pytest

from characterise.signatures.battery import FEATURES, SIGNS, reasons

SPEAKING = {
    "dark_export": -1.0,
    "sign_flips": 2.0,
    "held_dark": 0.4,
    "held_sun": 0.3,
    "zero_spike": 1.5,
    "hold_and_take": 0.5,
    "export_shift": 0.2,
    "hold_beside_standing": -0.5,
    "rest_share": 0.1,
    "export_jump": 1.2,
    "night_step": 3.0,
    "evening_step": 2.0,
    "evening_gap": 0.5,
    "night_over_evening": 0.8,
    "daily_balance": 0.6,
    "night_with_day": -0.3,
    "night_kw": 2.5,
}


def values(changed=None):
    said = SPEAKING | (changed or {})
    return np.array([said[name] for name in FEATURES], np.float32)


@pytest.mark.parametrize(
    "name", [name for name, sign in zip(FEATURES, SIGNS, strict=True) if sign != 0]
)
def test_each_weighed_figure_changes_what_is_said(name):
    other = 0.21 if name in ("held_dark", "held_sun") else SPEAKING[name] * 0.5
    assert reasons(values()) != reasons(values({name: other}))


def test_nothing_known_is_nothing_said():
    assert reasons(np.full(len(FEATURES), np.nan, np.float32)) == []


def test_a_load_that_is_never_held_is_not_said_to_be():
    told = reasons(values({"held_dark": 0.0, "held_sun": 0.0, "hold_and_take": 0.0}))
    assert not any("held at zero for two hours" in one for one in told)


def test_export_that_leans_to_the_morning_is_said_so():
    assert any("before noon" in one for one in reasons(values({"export_shift": -0.2})))
