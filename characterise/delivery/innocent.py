"""What else could explain a verdict: shown beside it always, whoever it speaks for or against."""

from __future__ import annotations

import numpy as np

from characterise.delivery.evidence import Evidence
from characterise.delivery.trials import CENSORED, USABLE
from characterise.delivery.verdict import CLEARED

_STEP = 0.5
"""Share of the declared power that a step at an event's edge must reach to be worth a word."""


def innocent_of(evidence: Evidence) -> list[list[str]]:
    """Sentences for every claim; never empty."""
    return [_sentences(evidence, c) for c in range(evidence.claims.n_claims)]


def _sentences(evidence: Evidence, c: int) -> list[str]:
    verdict = str(evidence.verdict[c])
    if verdict in ("no_boundary_data", "estimated_boundary"):
        return [
            "The delivery may be real and exact: without actual boundary reads nothing speaks"
            " against it."
        ]
    if evidence.trials.state[c] == CENSORED:
        return ["The rest of the delivery may have left the site unmetered."]
    if evidence.trials.state[c] != USABLE:
        return ["The delivery may be real: nothing is known of what the load would have been."]
    found = {
        "unsupported": _unsupported,
        "masked": _masked,
        "undecidable": _undecidable,
        "consistent": _consistent,
    }[verdict](evidence, c)
    if evidence.climatology[c]:
        found.append(
            "The expected load knows no measured weather: an unusual day may explain a difference."
        )
    return found


def _unsupported(evidence: Evidence, c: int) -> list[str]:
    found = [
        "Other load at the site may have risen in the same half-hours and hidden a delivery: the"
        " boundary cannot tell whose load it is."
    ]
    occasion = int(evidence.claims.occasion[c])
    rise = evidence.rises.get(occasion)
    if rise is not None and rise.kwh > 0:
        found.append(
            f"{rise.name[0].upper()}{rise.name[1:]} took {rise.kwh:.2f} kWh more than usual: not"
            " enough to explain it, but part of it."
        )
    reading = evidence.misread.get(int(evidence.claims.party[c]))
    if reading is not None:
        found.append(reading.sentence)
    found += _edges(evidence, c)
    amsid = evidence.claims.table["amsid"][c]
    if evidence.pairing.get(amsid, "paired") not in ("paired", "not_enough"):
        found.append("A wrong asset meter, sign, unit or clock would look the same.")
    if c in evidence.limits:
        found.append("The limit itself may be out of date: an asset may have been enlarged.")
    return found


def _masked(evidence: Evidence, c: int) -> list[str]:
    return ["The delivery may be whole: the other load's rise is as large as what is missing."]


def _undecidable(evidence: Evidence, c: int) -> list[str]:
    return [
        "The delivery may be real: the site's ordinary variation in these half-hours is as large"
        " as what was declared."
    ]


def _consistent(evidence: Evidence, c: int) -> list[str]:
    found = [
        "Other load may have fallen by chance in the same half-hours: the boundary bears the claim"
        " out, it does not prove which asset gave it."
    ]
    if evidence.shortfall.ground[c] == CLEARED:
        found.append(
            "Another claim in the same half-hours is short; this one is not touched by it."
        )
    return found


def _edges(evidence: Evidence, c: int) -> list[str]:
    """Steps of the boundary at the claim's edges that a delivery would leave."""
    claims, ground = evidence.claims, evidence.ground
    first, last = claims.start[c], claims.start[c + 1] - 1
    row = int(ground.place(claims.row[c : c + 1])[0])
    load = ground.residual_kw[row]
    opening, closing = int(claims.cell[first]), int(claims.cell[last]) + 1
    found = []
    if opening > 0 and _is_step(load[opening - 1], load[opening], claims.declared_kw[first]):
        found.append(
            "Net import stepped as a delivery would at the start: load may have risen later on,"
            " or the delivery may have ended early."
        )
    if 0 < closing < len(load) and _is_step(
        load[closing], load[closing - 1], claims.declared_kw[last]
    ):
        found.append(
            "Net import stepped back as an asset's return would at the end: a delivery hidden by"
            " another load leaves such a step."
        )
    return found


def _is_step(outside: np.float32, inside: np.float32, declared_kw: float) -> bool:
    step = float(inside) - float(outside)
    return bool(declared_kw * step > 0 and abs(step) >= _STEP * abs(declared_kw))
