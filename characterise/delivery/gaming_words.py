"""What a gaming screen says: the figure, how chance would do, and what else could explain it."""

from __future__ import annotations

import math
from typing import Final

from characterise.delivery.gaming_screens import Screened
from characterise.delivery.settings import VerifySettings
from characterise.frames import GAMING_SCREENS

_INNOCENT: Final = {
    "look_back_raised": [
        "Events called in a spell of unusual weather follow days of unusual weather: the load of"
        " those days is then unusual too.",
        "Work, a production run or a stay that ended before the events would leave the same.",
    ],
    "window_ramped": [
        "Pre-heating, pre-cooling or pre-charging ahead of a known event is ordinary, and may take"
        " more than is allowed for here.",
        "A provider that calls assets which already run finds their load high just before.",
        "Cold spells and busy days in which events are called raise the hours before them as well.",
    ],
    "always_at_the_cap": [
        "A contract for a fixed volume, or a dispatch set-point, declares the same each time.",
        "A battery can give the same whatever the site draws.",
        "A provider that calls the asset only while it runs hard meets a load above that of like"
        " days.",
    ],
    "low_load_days": [
        "Events may be called by the network operator, on mild, sunny or windy days when load is"
        " low everywhere.",
        "School holidays and shutdowns lower the load and may be when the asset is free to be"
        " dispatched.",
        "An asset that prepares for an event by resting leaves a low load before it.",
    ],
    "rebound_traded": [
        "The market may call both directions on the same days: a tight evening and a surplus night"
        " come together.",
        "Both deliveries may be real: an asset can rest, then take more than it would have of"
        " itself.",
        "Two markets may have asked for neighbouring half-hours of one long delivery.",
    ],
}


def innocent_readings(screen: str) -> list[str]:
    """What else could explain the pattern of a screen; never empty."""
    return list(_INNOCENT[screen])


def reasons(one: Screened, finding: str, metered: bool, settings: VerifySettings) -> list[str]:
    """Sentences on what one screen measured, the deciding one first."""
    if finding == "not_enough":
        return [_too_few(one, settings)]
    whose = "its asset meter" if metered else "the boundary"
    said = {
        "look_back_raised": _look_back,
        "window_ramped": _window,
        "always_at_the_cap": _cap,
        "low_load_days": _low,
        "rebound_traded": _rebound,
    }[one.screen](one, whose, settings)
    return [*said, _chance(one, finding, settings)]


def _too_few(one: Screened, settings: VerifySettings) -> str:
    if one.n_events >= settings.gaming_events:
        if one.screen == "rebound_traded":
            return f"None of {one.n_events} events follows upon another claim at this site."
        if one.screen == "look_back_raised":
            return (
                f"Events are so frequent that fewer than {settings.gaming_days} like days are left"
                " on which no baseline looks back: nothing to compare with."
            )
        return "Too few like days without an event to compare with."
    return (
        f"{one.n_events} events can be used here, and {settings.gaming_events} are needed before a"
        " pattern can be told from chance."
    )


def _look_back(one: Screened, whose: str, settings: VerifySettings) -> list[str]:
    on, off = one.days
    moved = "more" if one.statistic >= 0 else "less"
    return [
        f"In the hours of the events {whose} showed {abs(one.statistic):.2f} kW {moved} on the"
        f" {on} days that a baseline of {settings.look_back_days} like days looks back on than on"
        f" {off} other like days, in the direction that makes deliveries look larger.",
    ]


def _window(one: Screened, whose: str, settings: VerifySettings) -> list[str]:
    hours = 0.5 * settings.adjust_half_hours
    moved = "more" if one.statistic >= 0 else "less"
    return [
        f"In the {hours:g} hours before {one.n_events} events {whose} showed"
        f" {abs(one.statistic):.2f} kW {moved} than was expected; up to {one.usual:.2f} kW is"
        " allowed for pre-heating and charging.",
    ]


def _cap(one: Screened, whose: str, settings: VerifySettings) -> list[str]:
    alike = (
        f"{one.share:.0%} of {one.n_events} events were declared at the same {one.usual:.2f} kW,"
        f" the most ever declared (within {settings.same_value:.0%})"
    )
    if not one.held:
        return [alike + ": declarations vary."]
    moved = "above" if one.statistic >= 0 else "below"
    return [
        alike + ".",
        f"What {whose} showed and what was declared together lie {abs(one.statistic):.2f} kW"
        f" {moved} what it shows in these hours on like days.",
    ]


def _low(one: Screened, whose: str, settings: VerifySettings) -> list[str]:
    hours = 0.5 * settings.low_load_half_hours
    return [
        f"By what {whose} showed in the {hours:g} hours before, {one.n_events} event days rank at"
        f" {one.statistic:.0%} of the like days around them on average, where 50 % is usual.",
    ]


def _rebound(one: Screened, whose: str, settings: VerifySettings) -> list[str]:
    said = [
        f"{one.statistic:.0%} of {one.n_events} events follow within"
        f" {0.5 * settings.recovery_half_hours:g} hours upon another claim at this site, where"
        f" {one.usual:.0%} would by chance.",
    ]
    if math.isfinite(one.share):
        said.append(
            f"In those {whose} moved by {one.share:.0%} of the declared beyond what it does of"
            " itself after a claim."
        )
    else:
        said.append(
            "Too few claims went unfollowed to tell what the load does of itself after one."
        )
    if not one.held:
        said.append("That much is a delivery of its own, and clears the pattern.")
    return said


def _chance(one: Screened, finding: str, settings: VerifySettings) -> str:
    bar = settings.false_flag_rate / len(GAMING_SCREENS)
    above, drawn = one.calendars
    said = f"Of {drawn} calendars of the same events on other like days, {above} show as much"
    if finding == "seen":
        return f"{said} (p = {one.p_value:.4f}): this is more than chance, whatever the cause."
    return f"{said} (p = {one.p_value:.3f}; a pattern counts as seen from p = {bar:.3f} down)."
