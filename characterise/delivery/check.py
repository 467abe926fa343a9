"""The delivery check: declared deliveries beside what the boundary meter shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.delivery.asset_meters import AssetMeters, asset_meters
from characterise.delivery.attribution import attribute, credited_to_others
from characterise.delivery.claims import OUTSIDE, Claims, pack
from characterise.delivery.comoving import other_loads, own_falls
from characterise.delivery.cumulative import accumulate, e_by_party, log_e_values
from characterise.delivery.detectable import detect
from characterise.delivery.evidence import Evidence
from characterise.delivery.fraction import by_occasion, regress
from characterise.delivery.gaming import screen
from characterise.delivery.ground import ground_of
from characterise.delivery.innocent import innocent_of
from characterise.delivery.limits import beyond_its_meter, broken, physical
from characterise.delivery.misreadings import misreadings
from characterise.delivery.pairing import pair
from characterise.delivery.placebo import match_windows, p_values
from characterise.delivery.reasons import reasons_of
from characterise.delivery.settings import VerifySettings
from characterise.delivery.shared_noise import information_kept
from characterise.delivery.trials import USABLE, lay_out
from characterise.delivery.verdict import decide, shortfall
from characterise.finding import Finding
from characterise.frames import CUMULATIVE, GAMING, VERDICTS
from characterise.meter_cube import MeterCube
from characterise.settlement import SLOTS_PER_DAY

if TYPE_CHECKING:
    from characterise.baselines.expected import Expected
    from characterise.signatures.attribution import Attribution


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Result frames of the delivery check."""

    verdicts: pl.DataFrame
    """`characterise.frames.VERDICTS`, sorted by event, meter point, asset meter and provider."""
    cumulative: pl.DataFrame
    """`characterise.frames.CUMULATIVE`, one row a party."""
    pairing: pl.DataFrame | None
    """`characterise.frames.PAIRING`; None without asset reads."""
    gaming: pl.DataFrame
    """`characterise.frames.GAMING`, one row a party and screen."""
    findings: tuple[Finding, ...]
    """Declared half-hours that could not be used."""


def event_days(declared: pl.DataFrame, cube: MeterCube) -> npt.NDArray[np.bool_]:
    """(M, D) UTC days with a declared half-hour: left out of every fit of the expected load."""
    claims = pack(declared, cube)
    row = claims.row[claims.claim_of_half_hour()]
    inside = (row != OUTSIDE) & (claims.cell != OUTSIDE)
    days = np.zeros((cube.n_meters, cube.n_days), dtype=np.bool_)
    days[row[inside], claims.cell[inside] // SLOTS_PER_DAY] = True
    return days


def verify(
    cube: MeterCube,
    declared: pl.DataFrame,
    expected: Expected,
    *,
    capability: pl.DataFrame | None = None,
    attribution: Sequence[Attribution] | None = None,
    asset_reads: pl.DataFrame | None = None,
    settings: VerifySettings | None = None,
) -> Verdicts:
    """Put every declared delivery beside the boundary meter.

    Parameters
    ----------
    cube
        Boundary meters; limits of connections come from ``cube.meters``.
    declared
        `characterise.frames.DECLARED`; with an ``asset_class`` column the class's capability and
        the attribution of other classes are used too.
    expected
        One-day-ahead expected load of the cube with `event_days` left out of its fits.
    capability
        `characterise.frames.CAPABILITY`.
    attribution
        Half-hours that each class explains, for rows of this cube.
    asset_reads
        `characterise.frames.ASSET_READS`.
    """
    settings = settings or VerifySettings()
    claims = pack(declared, cube)
    assets, pairing = meters_behind(cube, declared, asset_reads)
    if claims.n_claims == 0:
        blank = pl.DataFrame(schema=VERDICTS), pl.DataFrame(schema=CUMULATIVE)
        return Verdicts(*blank, pairing, pl.DataFrame(schema=GAMING), claims.findings)
    evidence, cumulative = gather(
        cube,
        claims,
        expected,
        capability=capability,
        attribution=attribution,
        assets=assets,
        pairing=pairing,
        settings=settings,
    )
    verdicts = evidence.frame(reasons_of(evidence), innocent_of(evidence))
    gaming = screen(claims, evidence.ground, assets, settings, mispaired=_mispaired(pairing))
    return Verdicts(verdicts, cumulative, pairing, gaming, claims.findings)


def meters_behind(
    cube: MeterCube, declared: pl.DataFrame, asset_reads: pl.DataFrame | None
) -> tuple[AssetMeters | None, pl.DataFrame | None]:
    """Asset meters over the cube's span and how they pair with it; None without reads of them."""
    if asset_reads is None:
        return None, None
    assets = asset_meters(asset_reads, cube, event_days(declared, cube))
    return assets, pair(assets, cube)


def gather(
    cube: MeterCube,
    claims: Claims,
    expected: Expected,
    *,
    capability: pl.DataFrame | None,
    attribution: Sequence[Attribution] | None,
    assets: AssetMeters | None,
    pairing: pl.DataFrame | None,
    settings: VerifySettings,
) -> tuple[Evidence, pl.DataFrame]:
    """All that is found about the claims, and `characterise.frames.CUMULATIVE`."""
    ground = ground_of(cube, claims, expected, settings)
    trials = lay_out(claims, ground, settings)
    placebo = match_windows(claims, trials, ground, assets, settings, mispaired=_mispaired(pairing))
    detection = detect(placebo, settings)
    regression = regress(claims, trials, ground, placebo)
    touched = np.unique(claims.occasion[detection.significant[trials.own]])
    touched = np.union1d(touched, np.flatnonzero(detection.significant[: claims.n_occasions]))
    rises = other_loads(claims, trials, ground, touched, assets=assets, attribution=attribution)
    explained = np.zeros(trials.n_trials)
    for occasion, movement in rises.items():
        explained[occasion] = movement.kwh
    left = detect(placebo, settings, explained_kwh=explained)
    enough = explained >= settings.masked_share * placebo.shortfall_kwh
    hidden = (detection.significant & ~left.significant & enough)[: claims.n_occasions]
    kept = information_kept(claims, trials, placebo, ~hidden)
    record = attribute(claims, regression, kept, settings)
    short = shortfall(claims, trials, placebo, detection, record=record, settings=settings)
    bounds = physical(claims, cube, capability)
    limits = broken(claims, trials, ground, bounds, settings)
    masked = hidden[claims.occasion]
    verdict = decide(trials, short, limits, masked)
    counted = (trials.state == USABLE) & ~masked
    gain = credited_to_others(claims, trials, record.fraction)
    log_e = log_e_values(replace(placebo, shortfall_kwh=placebo.shortfall_kwh + gain), settings)
    evidence = e_by_party(claims, trials, log_e, counted)
    impossible = np.zeros(claims.n_claims, dtype=np.bool_)
    impossible[list(limits)] = True
    cumulative = accumulate(
        claims,
        trials,
        record,
        evidence=evidence,
        counted=counted,
        impossible=impossible,
        settings=settings,
    )
    station = np.append(cube.climatology[cube.station], False)
    found = Evidence(
        claims=claims,
        trials=trials,
        ground=ground,
        placebo=placebo,
        p_value=p_values(placebo, settings),
        detection=detection,
        regression=regression,
        fractions=by_occasion(regression, settings),
        record=record,
        shortfall=short,
        limits=limits,
        beyond_meter=beyond_its_meter(claims, assets, settings),
        rises=rises,
        own_fall_kwh=own_falls(claims, trials, ground, assets),
        pairing={} if pairing is None else dict(pairing.select("amsid", "finding").iter_rows()),
        misread=misreadings(claims, trials, ground, placebo),
        climatology=np.where(claims.row == OUTSIDE, False, station[claims.row]),
        verdict=verdict,
        log_e=log_e,
        counted=counted,
        hidden=hidden,
        settings=settings,
    )
    return found, cumulative


def _mispaired(pairing: pl.DataFrame | None) -> list[str]:
    if pairing is None:
        return []
    sound = pl.col("finding").is_in(["paired", "weak", "not_enough"])
    return pairing.filter(~sound)["amsid"].to_list()
