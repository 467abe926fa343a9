"""The first outcome that applies, in the order of design.md 4, and to whom it applies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.delivery.attribution import PartyRecord
from characterise.delivery.claims import Claims
from characterise.delivery.detectable import Detection
from characterise.delivery.placebo import Placebo
from characterise.delivery.settings import VerifySettings
from characterise.delivery.trials import ESTIMATED_BOUNDARY, NO_BOUNDARY, USABLE, Trials

Mask = npt.NDArray[np.bool_]

NO_ONE, ITSELF, ATTRIBUTED, ONE_OF_SEVERAL, CLEARED = range(5)
"""Why a claim does or does not answer for a shortfall; see `Shortfall.ground`."""
OUTCOMES: Final = (
    "no_boundary_data",
    "estimated_boundary",
    "unsupported",
    "undecidable",
    "masked",
    "unsupported",
    "consistent",
)
"""In the order in which they are tried; the first ``unsupported`` is a broken hard bound."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Which of C claims are short, and on what ground."""

    ground: npt.NDArray[np.int8]
    """(C,) `NO_ONE` nothing is short; `ITSELF` short even if all that the boundary fell were this
    claim's; `ATTRIBUTED` the party's record over its events points here; `ONE_OF_SEVERAL` at
    least one of the sharers is short and nothing tells which; `CLEARED` another one is."""
    decidable: Mask
    """(C,) the declared sum is at least the minimum detectable shortfall."""

    @property
    def short(self) -> Mask:
        """(C,) claims that answer for a shortfall, alone or with others."""
        return np.isin(self.ground, (ITSELF, ATTRIBUTED, ONE_OF_SEVERAL))


def shortfall(
    claims: Claims,
    trials: Trials,
    placebo: Placebo,
    detection: Detection,
    *,
    record: PartyRecord,
    settings: VerifySettings,
) -> Shortfall:
    """Lay each significant shortfall at the door of those whom the data point to, and no others.

    Notes
    -----
    Claims that share an occasion are tested together, the sum of the declared against the
    boundary. A party alone is named only where its own trial is short under the reading most
    favourable to it, or where its record over half-hours dispatched apart points to it.
    """
    occasion = claims.occasion
    together = detection.significant[trials.joint[occasion]]
    alone = detection.significant[trials.own]
    shared = trials.sharers[occasion] > 1
    under = record.probability_under[claims.party]
    tried = trials.state == USABLE

    def any_member(mask: Mask) -> Mask:
        counts = np.bincount(occasion[mask & tried], minlength=claims.n_occasions)
        return np.asarray(counts[occasion] > 0)

    called = under >= settings.call_at
    cleared = under <= settings.clear_at
    ground = np.select(
        [
            ~tried | ~(together | alone),
            alone,
            any_member(alone & shared),
            any_member(called) & called,
            any_member(called) & cleared,
        ],
        [NO_ONE, ITSELF, CLEARED, ATTRIBUTED, CLEARED],
        ONE_OF_SEVERAL,
    )
    joint = trials.joint[occasion]
    with np.errstate(invalid="ignore"):
        decidable = placebo.declared_kwh[joint] >= detection.min_detectable_kwh[joint]
    return Shortfall(ground.astype(np.int8), decidable & (placebo.declared_kwh[joint] > 0))


def decide(
    trials: Trials,
    short: Shortfall,
    impossible: Collection[int],
    masked: Mask,
) -> npt.NDArray[np.str_]:
    """(C,) verdicts of `characterise.frames.VERDICT_ORDER`.

    Parameters
    ----------
    impossible
        Claims that break a hard bound.
    masked
        (C,) claims on occasions whose shortfall a co-moving load explains.
    """
    bound = np.zeros(len(trials.state), dtype=np.bool_)
    bound[list(impossible)] = True
    return np.select(
        [
            trials.state == NO_BOUNDARY,
            trials.state == ESTIMATED_BOUNDARY,
            bound,
            (trials.state != USABLE) | ~short.decidable,
            masked & short.short,
            short.short,
        ],
        OUTCOMES[:-1],
        OUTCOMES[-1],
    )
