"""Hard bounds: declared deliveries that the asset, the connection or the load cannot give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import BESS
from characterise.delivery.asset_meters import AssetMeters
from characterise.delivery.claims import OUTSIDE, Claims
from characterise.delivery.feasible import would_have_drawn
from characterise.delivery.ground import Ground
from characterise.delivery.settings import VerifySettings
from characterise.delivery.trials import NO_BOUNDARY, Trials
from characterise.meter_cube import MeterCube

Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Physical:
    """Upper ends of what C claims' assets and connections can do; NaN where unknown."""

    swing_kw: Double
    """Most that the asset class can move: the detected maximum of its rating."""
    energy_kwh: Double
    """Most that a battery can give from full."""
    connection_kw: Double
    """From the import limit to the export limit."""


def physical(
    claims: Claims,
    cube: MeterCube,
    capability: pl.DataFrame | None,
) -> Physical:
    """Look the limits of every claim up.

    Only values of the tier ``high`` bind, by the upper end of their interval. Import and export
    add up for a battery, which can turn from one to the other; else the larger counts.
    """
    rated = _rated(claims, capability)
    into, out = rated["rated_import_kw"], rated["rated_export_kw"]
    battery = (claims.table["asset_class"] == BESS).fill_null(value=False).to_numpy()
    either = np.where(np.isnan(into), out, np.fmax(into, out))
    both = np.nan_to_num(into) + np.nan_to_num(out)
    swing = np.where(battery & np.isfinite(either), both, either)
    energy = np.where(battery, out * rated["duration_h"], np.nan)
    return Physical(swing, energy, _connection(claims, cube))


def broken(
    claims: Claims,
    trials: Trials,
    ground: Ground,
    bounds: Physical,
    settings: VerifySettings,
) -> dict[int, list[str]]:
    """Sentences, by claim, on each limit that the declared delivery breaks."""
    claim = claims.claim_of_half_hour()
    peak = _peak(claims)
    falls = np.maximum(claims.declared_kw, 0.0)
    down = 0.5 * np.bincount(claim, weights=falls, minlength=claims.n_claims).astype(np.float64)
    slack = 1 + settings.limit_tolerance
    sentences: dict[int, list[str]] = {}

    def add(over: npt.NDArray[np.bool_], words: str, had: Double, limit: Double) -> None:
        for c in np.flatnonzero(over & (trials.state < NO_BOUNDARY)).tolist():
            sentences.setdefault(c, []).append(words.format(had[c], limit[c]))

    rating = "It declares up to {:.1f} kW; the asset class here was never seen above {:.1f} kW."
    add(peak > bounds.swing_kw * slack, rating, peak, bounds.swing_kw)
    connection = "It declares up to {:.1f} kW; the connection spans {:.1f} kW at most."
    add(peak > bounds.connection_kw, connection, peak, bounds.connection_kw)
    stop = _could_stop_charging(claims, ground, claim)
    holds = bounds.energy_kwh * slack + stop
    stored = "It declares {:.1f} kWh; the battery and the load that it could stop give {:.1f} kWh."
    add(down > holds, stored, down, holds)
    claimed, highest = would_have_drawn(trials, ground)
    load = "Without it the site would have drawn {:.1f} kW; it never drew above {:.1f} kW."
    add(claimed > highest * slack, load, claimed, highest)
    return sentences


def _rated(claims: Claims, capability: pl.DataFrame | None) -> dict[str, Double]:
    names = ("rated_import_kw", "rated_export_kw", "duration_h")
    if capability is None or capability.is_empty():
        return {name: np.full(claims.n_claims, np.nan) for name in names}
    best = (
        capability.filter(
            pl.col("statistic") == "max", pl.col("tier") == "high", pl.col("parameter").is_in(names)
        )
        .with_columns(pl.max_horizontal("upper", "value").alias("limit"))
        .pivot(on="parameter", index=["mpan", "asset_class"], values="limit")
    )
    joined = claims.table.join(best, on=["mpan", "asset_class"], how="left", maintain_order="left")
    blank = pl.Series([None] * claims.n_claims, dtype=pl.Float64)
    return {
        name: (joined[name] if name in joined.columns else blank)
        .cast(pl.Float64)
        .fill_null(np.nan)
        .to_numpy()
        for name in names
    }


def beyond_its_meter(
    claims: Claims, assets: AssetMeters | None, settings: VerifySettings
) -> dict[int, str]:
    """Sentences, by claim, where more is declared than the asset's own meter ever spanned.

    No bound: where the boundary bears the claim out, it is the asset meter that is wrong.
    """
    reach = {} if assets is None else dict(zip(assets.amsid, assets.reach_kw.tolist(), strict=True))
    spans = [reach.get(name, np.nan) for name in claims.table["amsid"].to_list()]
    peak = _peak(claims)
    return {
        c: f"It declares up to {peak[c]:.1f} kW; its own asset meter never spanned more than"
        f" {spans[c]:.1f} kW: one of the two has another unit, or another asset."
        for c in np.flatnonzero(peak > np.array(spans) * (1 + settings.limit_tolerance)).tolist()
    }


def _peak(claims: Claims) -> Double:
    """(C,) largest declared power of a half-hour, either way, kW."""
    peak = np.zeros(claims.n_claims)
    np.maximum.at(peak, claims.claim_of_half_hour(), np.abs(claims.declared_kw))
    return peak


def _connection(claims: Claims, cube: MeterCube) -> Double:
    into = cube.meters["import_limit_kw"].fill_null(np.nan).to_numpy()
    out = cube.meters["export_limit_kw"].fill_null(np.nan).to_numpy()
    out = np.where((cube.has_export == 0) & np.isnan(out), 0.0, out)
    span = np.append(into + out, np.nan)
    return np.where(claims.row == OUTSIDE, np.nan, span[claims.row])


def _could_stop_charging(claims: Claims, ground: Ground, claim: npt.NDArray[np.int64]) -> Double:
    """KWh of expected import in the claim's half-hours: charging that a battery could stop."""
    known = (claims.row[claim] != OUTSIDE) & (claims.cell != OUTSIDE)
    site = ground.place(claims.row[claim[known]])
    load = np.maximum(np.nan_to_num(ground.expected_kw[site, claims.cell[known]]), 0.0)
    total = np.bincount(claim[known], weights=load, minlength=claims.n_claims)
    return (0.5 * total).astype(np.float64)
