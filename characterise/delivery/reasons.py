"""Reasons in plain words, each with the figure behind it, and what would settle the question."""

from __future__ import annotations

import math

import numpy as np

from characterise.delivery.evidence import Evidence
from characterise.delivery.trials import CENSORED, NO_EXPECTATION
from characterise.delivery.verdict import ATTRIBUTED, CLEARED, ITSELF, ONE_OF_SEVERAL

_PAIRING = {
    "weak": "moves with this boundary, but by an odd amount",
    "sign_swapped": "moves against this boundary: import and export look swapped",
    "doubled": "reads about twice what the boundary shows",
    "halved": "reads about half of what the boundary shows",
    "shifted": "moves with this boundary at another time: its clock looks shifted",
    "unrelated": "does not move with this boundary: it may belong elsewhere",
}


def reasons_of(evidence: Evidence) -> list[list[str]]:
    """Sentences for every claim, the deciding one first."""
    energies = np.stack(evidence.energies(), axis=1)
    members = _members(evidence)
    return [_sentences(evidence, c, energies[c].tolist(), members) for c in range(len(energies))]


def party_name(evidence: Evidence, claim: int) -> str:
    """Provider and asset meter, or the whole site."""
    fsp, amsid = evidence.claims.table["fsp_id"][claim], evidence.claims.table["amsid"][claim]
    return f"{fsp} ({amsid})" if amsid else f"{fsp} (whole site)"


def _members(evidence: Evidence) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for claim, occasion in enumerate(evidence.claims.occasion.tolist()):
        members.setdefault(occasion, []).append(claim)
    return members


def _sentences(
    evidence: Evidence, c: int, energies: list[float], members: dict[int, list[int]]
) -> list[str]:
    verdict = str(evidence.verdict[c])
    if verdict == "no_boundary_data":
        return [
            "No half-hourly boundary data for these half-hours: lawful at a site that is not"
            " half-hourly settled, and not testable.",
            "To settle this event alone: boundary reads of these half-hours.",
        ]
    if verdict == "estimated_boundary":
        return [
            "The boundary reads of these half-hours are estimates, which show no delivery.",
            "To settle this event alone: actual boundary reads of these half-hours.",
        ]
    if evidence.trials.state[c] == CENSORED:
        return [
            *evidence.limits.get(c, []),
            "The import meter reads nothing in these half-hours and export is not metered here: a"
            " larger fall could not be seen.",
            "To settle this event alone: an export meter, or an event while the site draws more.",
        ]
    if evidence.trials.state[c] == NO_EXPECTATION:
        return [
            *evidence.limits.get(c, []),
            "No expected load could be formed for these half-hours: too little history.",
        ]
    sharers = members[int(evidence.claims.occasion[c])]
    return [
        *evidence.limits.get(c, []),
        *_what_was_seen(evidence, c, energies, sharers),
        *_who(evidence, c, sharers),
        *_masked_by(evidence, c, verdict),
        *_how_sure(evidence, c),
        *_asset_meter(evidence, c),
        *_what_would_settle(evidence, c, verdict, sharers),
    ]


def _what_was_seen(
    evidence: Evidence, c: int, energies: list[float], sharers: list[int]
) -> list[str]:
    declared, boundary, expected = energies
    moved = "fell" if expected >= boundary else "rose"
    seen = (
        f"Net import was {boundary:.2f} kWh where {expected:.2f} kWh was expected: it {moved} by"
        f" {abs(expected - boundary):.2f} kWh, and {declared:.2f} kWh was declared"
    )
    joint = evidence.trials.joint[evidence.claims.occasion[c]]
    total = evidence.placebo.declared_kwh[joint]
    missing = max(float(evidence.placebo.shortfall_kwh[joint]), 0.0)
    known = "the hour before"
    if math.isfinite(evidence.own_fall_kwh[c]):
        known += " and what its asset meter shows"
    allowed = f"Allowing for {known}, {missing:.2f} kWh of it was not seen."
    if len(sharers) == 1:
        return [seen + ".", allowed]
    return [
        seen + " by this claim.",
        f"{len(sharers)} claims share these half-hours and are tested together: {total:.2f} kWh"
        " declared.",
        allowed,
    ]


def _who(evidence: Evidence, c: int, sharers: list[int]) -> list[str]:
    ground = int(evidence.shortfall.ground[c])
    record, party = evidence.record, int(evidence.claims.party[c])
    if len(sharers) == 1 or ground not in (ITSELF, ATTRIBUTED, ONE_OF_SEVERAL, CLEARED):
        return []
    names = ", ".join(sorted({party_name(evidence, k) for k in sharers}))
    under = record.probability_under[party]
    alike = f"declarations correlate by {record.collinearity[party]:.2f} with those of another here"
    if ground == ITSELF:
        return ["Short even if all that net import fell is credited to this claim alone."]
    if ground == CLEARED:
        return [
            f"Together {names} fall short; this one's own record does not point to it"
            f" (chance of under-delivery {under:.2f}; its {alike})."
        ]
    if ground == ATTRIBUTED:
        return [
            f"Together {names} fall short; over all events, half-hours dispatched apart point to"
            f" this one (chance of under-delivery {under:.2f}; its {alike})."
        ]
    return [
        f"At least one of {names} is unsupported by boundary data; nothing tells which (chance of"
        f" under-delivery of this one {under:.2f}; its {alike})."
    ]


def _masked_by(evidence: Evidence, c: int, verdict: str) -> list[str]:
    rise = evidence.rises.get(int(evidence.claims.occasion[c]))
    if verdict != "masked" or rise is None:
        return []
    return [
        f"In the same half-hours {rise.name} took {rise.kwh:.2f} kWh more than usual, which"
        " accounts for what the boundary does not show."
    ]


def _how_sure(evidence: Evidence, c: int) -> list[str]:
    joint = evidence.trials.joint[evidence.claims.occasion[c]]
    n, least = int(evidence.placebo.n_windows[joint]), evidence.settings.min_windows
    if n < least:
        return [
            f"Only {n} matched windows without an event, and {least} are needed: no placebo"
            " p-value."
        ]
    p = float(evidence.p_value[joint])
    as_large = round(p * (n + 1)) - 1
    spread = float(evidence.detection.spread_kwh[joint])
    declared = float(evidence.placebo.declared_kwh[joint])
    ratio = f"{declared / spread:.1f}" if spread > 0 else "many"
    rate, power = evidence.settings.false_flag_rate, evidence.settings.power
    return [
        f"In {as_large} of {n} matched windows without an event the boundary strayed as far"
        f" (p = {p:.3f}).",
        f"The smallest shortfall that could be seen here is"
        f" {evidence.detection.min_detectable_kwh[joint]:.2f} kWh ({rate:.0%} false flags,"
        f" {power:.0%} power); the declared energy is {ratio} standard deviations of the noise.",
    ]


def _asset_meter(evidence: Evidence, c: int) -> list[str]:
    found = []
    fall = float(evidence.own_fall_kwh[c])
    if math.isfinite(fall):
        moved = "less" if fall >= 0 else "more"
        found.append(f"Its asset meter took {abs(fall):.2f} kWh {moved} than usual.")
    if c in evidence.beyond_meter:
        found.append(evidence.beyond_meter[c])
    amsid = evidence.claims.table["amsid"][c]
    if (finding := evidence.pairing.get(amsid, "")) in _PAIRING:
        found.append(f"All year, asset meter {amsid} {_PAIRING[finding]}.")
    return found


def _what_would_settle(evidence: Evidence, c: int, verdict: str, sharers: list[int]) -> list[str]:
    joint = evidence.trials.joint[evidence.claims.occasion[c]]
    needed = float(evidence.detection.min_detectable_kwh[joint])
    declared = float(evidence.placebo.declared_kwh[joint])
    if verdict == "undecidable" and math.isfinite(needed) and declared > 0:
        times = math.ceil((needed / declared) ** 2)
        return [
            f"To settle this event alone: about {times} events like this one together, or one of"
            f" {needed:.1f} kWh in half-hours like these."
        ]
    if verdict == "undecidable":
        return ["To settle this event alone: more days of the same kind without an event."]
    if verdict == "unsupported" and evidence.shortfall.ground[c] == ONE_OF_SEVERAL:
        others = ", ".join(sorted({party_name(evidence, k) for k in sharers}))
        return [f"To settle this event alone: events in which one of {others} is dispatched apart."]
    if verdict == "unsupported":
        unread = not math.isfinite(evidence.own_fall_kwh[c])
        reads = "the asset's own reads, and " if unread else ""
        return [f"To settle this event alone: {reads}one more event of this size."]
    masked = "To settle this event alone: reads of the other load, or an event while it rests."
    return [masked] if verdict == "masked" else []
