"""Presence of each class: calibrated probability, its bounds by evidence, and the tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.asset_classes import (
    ASSET_CLASSES,
    BESS,
    FLEXIBLE_DEMAND,
    HEAT_PUMP,
    SOLAR_PV,
)
from characterise.calibration import SETTLED_DAYS, bounds, logit_of, widening
from characterise.frames import TIERS
from characterise.meter_cube import MeterCube
from characterise.model import PresenceModel
from characterise.signatures import SIGNATURES

Float = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

HIGH, MEDIUM, LOW = range(3)
NO_TIER: Final = -1
PRESENT_FROM: Final = 0.5

BECAUSE: Final[Mapping[str, str]] = {
    "nothing_to_judge_by": "none of this class's figures could be computed from what was loaded",
    "no_signals": "no dispatch signal covers this meter, so a response cannot be told from chance",
    "no_temperature": "no outdoor temperature is known here",
    "climatology_only": "only monthly climatology is known here: a heat pump is medium at most",
    "no_export_register": "no export register: what is generated or discharged beyond the load "
    "is not observable here",
    "short_history": "under 90 days of readings: the bounds are wider for it",
}
"""Sentence of each finding code."""


@dataclass(frozen=True, slots=True)
class TierRule:
    """Where the tiers part: settings of a workspace, these by default."""

    high_above: float = 0.90
    """Tier high when the lower bound is above it."""
    medium_from: float = 0.70
    """Tier medium from this probability on, where it is not high."""


@dataclass(frozen=True, slots=True)
class Presence:
    """(M, 5) arrays, meters by `ASSET_CLASSES`; NaN and `NO_TIER` where insufficient."""

    probability: Float
    lower: Float
    upper: Float
    tier: npt.NDArray[np.int8]
    """Index into `characterise.frames.TIERS`."""
    sufficient: Flags
    """What was sufficient to begin with and left at least one figure to judge by."""
    findings: Mapping[str, Flags]
    """Where each finding code applies."""
    rule: TierRule = field(default_factory=TierRule)
    """The rule that the tiers were given by."""

    @property
    def present(self) -> Flags:
        """(M, 5) probability of at least one half."""
        with np.errstate(invalid="ignore"):
            return self.probability >= PRESENT_FROM

    def codes(self, row: int, place: int) -> list[str]:
        """Finding codes of one meter and class, sorted."""
        return sorted(code for code, where in self.findings.items() if where[row, place])

    def tier_name(self, row: int, place: int) -> str | None:
        """Tier of one meter and class, null where insufficient."""
        code = int(self.tier[row, place])
        return TIERS[code] if code >= 0 else None


def assess(
    cube: MeterCube,
    features: Sequence[Float],
    sufficient: Flags,
    model: PresenceModel,
    *,
    prevalence: float | Sequence[float] | None = None,
    rule: TierRule | None = None,
) -> Presence:
    """Judge every meter and class.

    Parameters
    ----------
    features
        What `characterise.signatures.features` gave for ``cube``.
    sufficient
        (M, 5) enough data to speak at all.
    prevalence
        Share of sites that have the class where the answer will be used, one or one a class;
        balanced by default.

    Notes
    -----
    The bounds start from the Venn-Abers interval, which is wide where few sites like this one were
    known, and go on by a central 90 % interval of the logit: how far it moves when training sites
    are left out, and between families of sites, wider by sqrt(1 + 90 / days).
    """
    days = (np.isfinite(cube.import_kw).sum(axis=(1, 2)) / 48).astype(np.float64)
    shape = (cube.n_meters, len(ASSET_CLASSES))
    logit, least, most = (np.full(shape, np.nan) for _ in range(3))
    wide = widening(days)
    for place, part in enumerate(model.classes):
        names = SIGNATURES[place].feature_names
        told, spread = logit_of(part, features[place], names, days)
        logit[:, place] = told
        least[:, place], most[:, place] = bounds(part, told, spread * wide)
    enough = sufficient & np.isfinite(logit)
    shift = np.where(enough, prevalence_shift(prevalence), np.nan)
    probability, lower, upper = (_sigmoid(one + shift) for one in (logit, least, most))
    findings = _findings(cube, features, sufficient, days)
    rule = rule or TierRule()
    tier = tiers(probability, lower, capped=findings["climatology_only"], rule=rule)
    single = np.float32
    return Presence(
        probability=probability.astype(single),
        lower=lower.astype(single),
        upper=upper.astype(single),
        tier=tier,
        sufficient=enough,
        findings=findings,
        rule=rule,
    )


def tiers(
    probability: npt.NDArray[np.floating],
    lower: npt.NDArray[np.floating],
    *,
    capped: Flags,
    rule: TierRule | None = None,
) -> npt.NDArray[np.int8]:
    """Tier codes by the rule of the design; ``capped`` ones are medium at most."""
    rule = rule or TierRule()
    with np.errstate(invalid="ignore"):
        high = (lower > rule.high_above) & ~capped
        medium = probability >= rule.medium_from
    code = np.where(high, HIGH, np.where(medium, MEDIUM, LOW))
    return np.where(np.isnan(probability), NO_TIER, code).astype(np.int8)


def prevalence_shift(prevalence: float | Sequence[float] | None) -> npt.NDArray[np.float64]:
    """(5,) change of the logit from one half to the stated prevalence."""
    if prevalence is None:
        return np.zeros(len(ASSET_CLASSES))
    share = np.broadcast_to(np.asarray(prevalence, dtype=np.float64), (len(ASSET_CLASSES),))
    if not np.all((share > 0) & (share < 1)):
        raise ValueError(f"prevalence lies strictly between 0 and 1, not {prevalence}")
    return np.asarray(np.log(share / (1 - share)))


def _sigmoid(logit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logit)))


def _findings(
    cube: MeterCube, features: Sequence[Float], sufficient: Flags, days: npt.NDArray[np.float64]
) -> dict[str, Flags]:
    shape = (cube.n_meters, len(ASSET_CLASSES))
    out = {code: np.zeros(shape, dtype=bool) for code in BECAUSE}
    blank = np.stack([np.all(np.isnan(table), axis=1) for table in features], axis=1)
    out["nothing_to_judge_by"] = blank & sufficient
    flexible = ASSET_CLASSES.index(FLEXIBLE_DEMAND)
    out["no_signals"][:, flexible] = blank[:, flexible]
    heat = ASSET_CLASSES.index(HEAT_PUMP)
    known = np.any(np.isfinite(cube.temp_c), axis=(1, 2))[cube.station]
    out["no_temperature"][:, heat] = ~known
    out["climatology_only"][:, heat] = known & cube.climatology[cube.station]
    for name in (BESS, SOLAR_PV):
        out["no_export_register"][:, ASSET_CLASSES.index(name)] = cube.has_export == 0
    out["short_history"] |= (days < SETTLED_DAYS)[:, None]
    return out
