"""What lies behind the verdicts of one event: windows, fractions, and the record as it grew.

The result frames say what was found; this gives the figures that a chart of one event needs, from
the same run of the check over the event's own meter point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.delivery.check import gather, meters_behind
from characterise.delivery.claims import CLAIM, pack
from characterise.delivery.evidence import Evidence
from characterise.delivery.innocent import innocent_of
from characterise.delivery.reasons import reasons_of
from characterise.delivery.running import RUNNING, running_record
from characterise.delivery.settings import VerifySettings
from characterise.delivery.trials import USABLE
from characterise.frames import VERDICTS
from characterise.meter_cube import MeterCube

if TYPE_CHECKING:
    from characterise.baselines.expected import Expected
    from characterise.signatures.attribution import Attribution

_F64: Final = pl.Float64
_TRIALS: dict[str, Any] = {
    "trial": pl.Int64,
    "together": pl.Boolean,
    "event_id": pl.String,
    "fsp_id": pl.String,
    "amsid": pl.String,
    "declared_kwh": _F64,
    "fallen_kwh": _F64,
    "shortfall_kwh": _F64,
    "critical_kwh": _F64,
    "min_detectable_kwh": _F64,
    "p_value": _F64,
    "n_windows": pl.Int64,
}
TRIALS: Final = pl.Schema(_TRIALS)
"""One row a comparison with the boundary. ``together``: the sum of several claims, no party named.
``fallen_kwh`` is what the boundary fell once the hour before and the asset meter are allowed for;
``critical_kwh`` is passed by honest claims at the false-flag rate, the asset meter's own error
included; null where too few windows match."""
_PARTIES: dict[str, Any] = {
    **dict.fromkeys(CLAIM, pl.String),
    "ground": pl.String,
    "fraction": _F64,
    "fraction_sd": _F64,
    "record_fraction": _F64,
    "record_sd": _F64,
    "probability_under": _F64,
    "collinearity": _F64,
}
PARTIES: Final = pl.Schema(_PARTIES)
"""One row a claim in the event's half-hours. ``fraction`` is the normal posterior of this event
alone, ``record_fraction`` that of all events of the party; ``collinearity`` the largest correlation
of its declarations with another party's; ``ground`` one of `GROUNDS`."""
WINDOWS: Final = pl.Schema({"trial": pl.Int64, "shortfall_kwh": pl.Float32})
"""Shortfalls of the matched windows without an event, by trial."""
GROUNDS: Final = ("no_one", "itself", "attributed", "one_of_several", "cleared")
"""`characterise.delivery.verdict` names them: why a claim does or does not answer for a
shortfall."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Figures behind the verdicts of the claims that share an event's half-hours."""

    verdicts: pl.DataFrame
    """`characterise.frames.VERDICTS`, as this run finds them."""
    trials: pl.DataFrame
    """`TRIALS`."""
    windows: pl.DataFrame
    """`WINDOWS`."""
    parties: pl.DataFrame
    """`PARTIES`."""
    running: pl.DataFrame
    """`characterise.delivery.running.RUNNING`: the record of these parties as it grew."""
    call_at_e: float
    """E-value from which a series is called: one over the false-flag rate."""
    under_delivery: float
    """Delivered fraction below which a claim counts as under-delivered."""


def explain(
    cube: MeterCube,
    declared: pl.DataFrame,
    expected: Expected,
    event_id: str,
    *,
    capability: pl.DataFrame | None = None,
    attribution: Sequence[Attribution] | None = None,
    asset_reads: pl.DataFrame | None = None,
    settings: VerifySettings | None = None,
) -> Explanation:
    """Give the figures behind one event; the arguments are those of `characterise.delivery.verify`.

    Parameters
    ----------
    declared
        Everything declared at the event's meter point, so that shared half-hours and the record
        over events are those of the check.
    event_id
        An event that names no usable half-hour gives empty frames.
    """
    settings = settings or VerifySettings()
    claims = pack(declared, cube)
    if not (claims.table["event_id"] == event_id).any():
        return _nothing(settings)
    assets, pairing = meters_behind(cube, declared, asset_reads)
    evidence, _ = gather(
        cube,
        claims,
        expected,
        capability=capability,
        attribution=attribution,
        assets=assets,
        pairing=pairing,
        settings=settings,
    )
    wanted = np.unique(claims.occasion[(claims.table["event_id"] == event_id).to_numpy()])
    here = np.isin(claims.occasion, wanted)
    verdicts = evidence.frame(reasons_of(evidence), innocent_of(evidence)).filter(pl.Series(here))
    rows = _trial_rows(evidence, wanted, here)
    return replace(
        _nothing(settings),
        verdicts=verdicts,
        trials=_frame(rows, TRIALS),
        windows=_windows(evidence, [row["trial"] for row in rows]),
        parties=_parties(evidence, here),
        running=running_record(evidence, cube.first_day, np.unique(claims.party[here])),
    )


def _nothing(settings: VerifySettings) -> Explanation:
    return Explanation(
        pl.DataFrame(schema=VERDICTS),
        TRIALS.to_frame(),
        WINDOWS.to_frame(),
        PARTIES.to_frame(),
        RUNNING.to_frame(),
        1 / settings.false_flag_rate,
        settings.under_delivery,
    )


def _trial_rows(
    evidence: Evidence, occasions: npt.NDArray[np.int64], here: npt.NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Sum first, then each claim under the reading most favourable to it."""
    claims, trials = evidence.claims, evidence.trials
    rows = []
    for occasion in occasions:
        members = np.flatnonzero(here & (claims.occasion == occasion) & (trials.state == USABLE))
        if not len(members):
            continue
        joint = int(trials.joint[occasion])
        shared = len({int(trials.own[claim]) for claim in members} - {joint}) > 0
        if shared:
            rows.append(_trial_row(evidence, joint, None))
        rows += [_trial_row(evidence, int(trials.own[claim]), int(claim)) for claim in members]
    return rows


def _trial_row(evidence: Evidence, trial: int, claim: int | None) -> dict[str, Any]:
    placebo, detection = evidence.placebo, evidence.detection
    declared, short = float(placebo.declared_kwh[trial]), float(placebo.shortfall_kwh[trial])
    erring = evidence.settings.meter_tolerance * declared
    named = {} if claim is None else evidence.claims.table.row(claim, named=True)
    return {
        "trial": trial,
        "together": claim is None,
        "event_id": named.get("event_id"),
        "fsp_id": named.get("fsp_id"),
        "amsid": named.get("amsid"),
        "declared_kwh": declared,
        "fallen_kwh": declared - short,
        "shortfall_kwh": short,
        "critical_kwh": float(detection.critical_kwh[trial]) + erring,
        "min_detectable_kwh": float(detection.min_detectable_kwh[trial]),
        "p_value": float(evidence.p_value[trial]),
        "n_windows": int(placebo.n_windows[trial]),
    }


def _windows(evidence: Evidence, trials: list[int]) -> pl.DataFrame:
    parts = [WINDOWS.to_frame()]
    for trial in dict.fromkeys(trials):
        held = evidence.placebo.null_kwh[trial]
        held = held[np.isfinite(held)]
        parts.append(
            pl.DataFrame({"trial": np.full(len(held), trial), "shortfall_kwh": held}, WINDOWS)
        )
    return pl.concat(parts)


def _parties(evidence: Evidence, here: npt.NDArray[np.bool_]) -> pl.DataFrame:
    claims, record = evidence.claims, evidence.record
    party = claims.party
    known = np.isin(party, np.unique(party[evidence.counted]))
    columns = {
        "fraction": evidence.column(evidence.fractions.mean),
        "fraction_sd": evidence.column(evidence.fractions.sd),
        "record_fraction": np.where(known, record.fraction.mean[party], np.nan),
        "record_sd": np.where(known, record.fraction.sd[party], np.nan),
        "probability_under": np.where(known, record.probability_under[party], np.nan),
        "collinearity": record.collinearity[party],
    }
    ground = [GROUNDS[index] for index in evidence.shortfall.ground]
    frame = claims.table.select(*CLAIM).with_columns(
        pl.Series("ground", ground, dtype=pl.String),
        *(pl.Series(name, held).fill_nan(None) for name, held in columns.items()),
    )
    return frame.filter(pl.Series(here)).cast(dict(PARTIES))  # type: ignore[arg-type]


def _frame(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    floats = [name for name, dtype in schema.items() if dtype == _F64]
    return pl.DataFrame(rows, schema=schema).with_columns(pl.col(floats).fill_nan(None))
