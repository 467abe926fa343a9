"""Drawing what stands where: archetypes, assets, confounders, arrivals and removals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.areas import AREAS
from characterise.simulate.business import TRADES
from characterise.simulate.confounders import DOMESTIC
from characterise.simulate.household import HABITS
from characterise.simulate.site import AssetSpec, SiteSpec

DEFAULT_MIX: Final[dict[str, float]] = {
    "ev": 0.35,
    "heat_pump": 0.25,
    "battery": 0.2,
    "pv": 0.35,
    "dr": 0.4,
    "confounder": 0.4,
    "change": 0.15,
    "gaps": 0.15,
    "estimates": 0.1,
    "enrolled": 0.35,
}
"""Chances for each site; ``dr`` counts among businesses, ``enrolled`` among flexible sites."""

_TRADE_WEIGHTS: Final = {
    "shop": 0.2, "office": 0.2, "cold_store": 0.2, "factory": 0.2, "school": 0.1, "depot": 0.1
}  # fmt: skip


def full_mix(mix: Mapping[str, float] | None) -> dict[str, float]:
    """`DEFAULT_MIX` with some chances replaced; `ValueError` names a key that does not exist."""
    unknown = sorted(set(mix or {}) - set(DEFAULT_MIX))
    if unknown:
        raise ValueError(f"the mix has no {', '.join(unknown)}; it has {', '.join(DEFAULT_MIX)}")
    return {**DEFAULT_MIX, **(mix or {})}


def draw_home(
    rng: np.random.Generator, number: int, n: int, mix: Mapping[str, float], group: str = ""
) -> SiteSpec:
    """Draw a home; ``n`` is the span in half-hours."""
    assets: list[AssetSpec] = []
    has_pv = rng.random() < mix["pv"]
    if has_pv:
        assets += _changed(rng, n, mix, "pv", float(np.round(rng.uniform(1.8, 6.5), 1)))
    if rng.random() < mix["ev"]:
        style = "solar" if has_pv and rng.random() < 0.25 else _one(rng, ("immediate", "off_peak"))
        kw = float(rng.choice([3.7, 7.4, 7.4, 7.4, 11.0]))
        assets += _changed(rng, n, mix, "ev", kw, style=style)
    if rng.random() < mix["heat_pump"]:
        assets += _changed(rng, n, mix, "heat_pump", float(np.round(rng.uniform(1.8, 4.5), 1)))
    if rng.random() < mix["battery"]:
        kw = float(rng.choice([2.5, 3.6, 5.0, 7.0]))
        style = "self_consumption" if has_pv and rng.random() < 0.6 else "arbitrage"
        kwh = float(np.round(kw * rng.uniform(1.6, 2.8), 1))
        assets += _changed(rng, n, mix, "battery", kw, kwh=kwh, style=style)
    names = list(DOMESTIC)
    wanted = rng.choice(len(names), size=int(rng.integers(1, 3)), replace=False)
    confounders = tuple(names[i] for i in wanted) if rng.random() < mix["confounder"] else ()
    return SiteSpec(
        number=number,
        gsp_group=group or _one(rng, tuple(AREAS)),
        premises="domestic",
        archetype=_one(rng, tuple(HABITS)),
        assets=tuple(assets),
        confounders=confounders,
        export_register=any(one.asset in ("pv", "battery") for one in assets)
        and rng.random() < 0.92,
        gaps=rng.random() < mix["gaps"],
        estimates=rng.random() < mix["estimates"],
    )


def draw_business(
    rng: np.random.Generator, number: int, n: int, mix: Mapping[str, float], group: str = ""
) -> SiteSpec:
    """Draw a business; ``n`` is the span in half-hours."""
    archetype = str(rng.choice(list(_TRADE_WEIGHTS), p=list(_TRADE_WEIGHTS.values())))
    low, high = TRADES[archetype].peak_kw
    scale = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    assets: list[AssetSpec] = []
    if rng.random() < mix["dr"]:
        plant_kw = scale * TRADES[archetype].plant
        assets.append(AssetSpec("dr", float(np.round(plant_kw * rng.uniform(0.35, 0.8), 1))))
    if rng.random() < mix["pv"]:
        assets += _changed(rng, n, mix, "pv", float(np.round(scale * rng.uniform(0.15, 0.8), 1)))
    if rng.random() < mix["ev"]:
        count = int(rng.integers(2, 8))
        assets += _changed(rng, n, mix, "ev", 7.2 * count, style="fleet")
    if rng.random() < mix["heat_pump"] * (archetype in ("office", "school", "shop")):
        kw = float(np.round(scale * rng.uniform(0.15, 0.4), 1))
        assets += _changed(rng, n, mix, "heat_pump", kw)
    if rng.random() < mix["battery"]:
        kw = float(np.round(scale * rng.uniform(0.2, 0.8), 0) + 1)
        kwh = float(np.round(kw * rng.uniform(1.0, 2.5), 0) + 1)
        style = _one(rng, ("arbitrage", "dispatched", "self_consumption"))
        assets += _changed(rng, n, mix, "battery", kw, kwh=kwh, style=style)
    plant = archetype in ("factory", "depot") and rng.random() < mix["confounder"]
    return SiteSpec(
        number=number,
        gsp_group=group or _one(rng, tuple(AREAS)),
        premises="non_domestic",
        archetype=archetype,
        assets=tuple(assets),
        confounders=("welding",) if plant else (),
        peak_kw=scale,
        export_register=any(one.asset in ("pv", "battery") for one in assets),
        gaps=rng.random() < mix["gaps"],
        estimates=rng.random() < mix["estimates"],
    )


def _changed(
    rng: np.random.Generator,
    n: int,
    mix: Mapping[str, float],
    asset: str,
    kw: float,
    *,
    kwh: float = 0.0,
    style: str = "",
) -> list[AssetSpec]:
    """One asset there throughout, or one that arrives, leaves or is upgraded inside the span."""
    whole = AssetSpec(asset, kw, kwh, style)
    if rng.random() >= mix["change"]:
        return [whole]
    at = int(rng.uniform(0.25, 0.75) * n / SLOTS_PER_DAY) * SLOTS_PER_DAY
    kind = rng.random()
    if kind < 0.6:
        return [AssetSpec(asset, kw, kwh, style, first=at)]
    if kind < 0.8:
        return [AssetSpec(asset, kw, kwh, style, last=at)]
    bigger = 7.4 if asset == "ev" and kw < 7.4 else round(kw * 1.7, 1)
    return [
        AssetSpec(asset, kw, kwh, style, last=at),
        AssetSpec(asset, bigger, round(kwh * 1.7, 1), style, first=at),
    ]


def _one(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]
