"""What the figures of a battery say in sentences, to be checked on the plot."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

LEAST_HELD = 0.005
"""Share of the half-hours held at zero under which that is not worth a sentence."""


def sentences(said: Mapping[str, float]) -> list[str]:
    """Sentences on the figures of `characterise.signatures.battery.FEATURES` that are known."""
    return _held(said) + _exported(said) + _by_the_clock(said) + _balanced(said)


def _held(said: Mapping[str, float]) -> list[str]:
    out = []
    if max(said.get("held_dark", 0.0), said.get("held_sun", 0.0)) >= LEAST_HELD:
        out.append(
            f"load is held at zero for two hours and more in {said['held_dark']:.0%} of the dark "
            f"half-hours and {said['held_sun']:.0%} of those under the sun, and stands well above "
            "zero at other times"
        )
    if said.get("hold_and_take", 0.0) >= LEAST_HELD:
        out.append(
            f"{said['hold_and_take']:.0%} of days hold zero for two hours and take in for an hour "
            "and a half"
        )
    if "hold_beside_standing" in said and (both := _rarer(said["hold_beside_standing"])) > 0:
        out.append(f"after dark, zero held and a load that stands take {both:.0%} each at least")
    if said.get("zero_spike", 0.0) > 0:
        out.append(
            f"after dark, half-hours at zero are {np.exp(said['zero_spike']):.1f} times as many "
            "as those just above it"
        )
    if said.get("rest_share", 0.0) >= LEAST_HELD:
        out.append(
            f"{said['rest_share']:.0%} of all time is at zero for 20 hours and more, longer than "
            "a store holds it"
        )
    return out


def _exported(said: Mapping[str, float]) -> list[str]:
    out = []
    if "export_jump" in said:
        out.append(
            f"once zero under the sun ends, export starts at {said['export_jump']:.0%} of its mean"
        )
    if "export_shift" in said:
        more, side = abs(said["export_shift"]), "after" if said["export_shift"] > 0 else "before"
        out.append(f"{(1 + more) / 2:.0%} of the export under the sun goes out {side} noon")
    if "dark_export" in said:
        out.append(
            f"{_small_share(10 ** said['dark_export'])} of all energy that passes is "
            "export after dark"
        )
    if "sign_flips" in said:
        flips = np.expm1(said["sign_flips"])
        out.append(f"after dark it turns between import and export {flips:.1f} times a week")
    return out


def _by_the_clock(said: Mapping[str, float]) -> list[str]:
    out = []
    if {"night_step", "night_kw"} <= said.keys():
        out.append(
            f"by the clock, load rises at night by {said['night_kw']:.1f} kW on the mean day, "
            f"{said['night_step']:.1f} times what it varies by"
        )
    if "evening_step" in said:
        out.append(
            f"by the clock, it falls between 15 and 20 h by {said['evening_step']:.1f} times what "
            "it varies by"
        )
    if "evening_gap" in said:
        out.append(
            f"the mean evening from 17 to 21 h takes {np.exp(-said['evening_gap']):.0%} of the "
            "mean power of the day"
        )
    if "night_over_evening" in said:
        out.append(
            f"the mean night from 0 to 6 h takes {np.exp(said['night_over_evening']):.1f} times "
            "what that evening takes"
        )
    return out


def _balanced(said: Mapping[str, float]) -> list[str]:
    out = []
    if "daily_balance" in said:
        out.append(f"on the mean day {said['daily_balance']:.0%} of the excursions cancel out")
    if "night_with_day" in said:
        moves = "with" if said["night_with_day"] > 0 else "against"
        out.append(
            f"from day to day, the night's energy moves {moves} that of the day after it "
            f"(r {said['night_with_day']:.2f})"
        )
    return out


def _rarer(logged: float) -> float:
    """Share of the dark that the rarer of two takes, of its logarithm (`zero_hold.held`)."""
    return round(10**logged - 3e-3, 2)


def _small_share(part: float) -> str:
    return f"{part:.1%}" if part >= 0.001 else "under 0.1%"
