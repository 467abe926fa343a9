"""Drawing a business, or a site that is nothing but a battery, a field of panels or a turbine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from characterise.simulate.areas import AREAS
from characterise.simulate.business import TRADES
from characterise.simulate.changes import changed
from characterise.simulate.confounders import GENERATING
from characterise.simulate.own_connection import OWN_CONNECTION
from characterise.simulate.site import AssetSpec, SiteSpec

_TRADE_WEIGHTS: Final = {
    "shop": 0.16,
    "office": 0.15,
    "cold_store": 0.12,
    "factory": 0.14,
    "school": 0.08,
    "depot": 0.07,
    "supermarket": 0.06,
    "warehouse": 0.05,
    "hotel": 0.04,
    "hospital": 0.02,
    "museum": 0.01,
    "sports_centre": 0.02,
    "residence": 0.02,
    "teaching": 0.02,
    "faculty": 0.02,
    "library": 0.01,
    "laboratory": 0.01,
}
"""Chances of trades, chosen so that training meets each; ``university`` overlaps the last four."""
_CONFOUNDERS: Final = {
    "shop": ("kiln", "server_room", "lift", "night_heating", "chp"),
    "office": ("server_room", "lift", "chp", "night_heating"),
    "cold_store": ("chp", "wind", "irrigation_pump", "server_room"),
    "factory": ("welding", "welding", "kiln", "chp", "wind", "server_room"),
    "school": ("pool_hall", "kiln", "chp", "lift", "night_heating", "wind"),
    "depot": ("welding", "welding", "wind", "night_heating", "irrigation_pump"),
}
_OTHER_CONFOUNDERS: Final = ("server_room", "lift", "chp", "night_heating", "kiln", "pool_hall")
_CARS: Final = {
    "shop": ("hub", "fleet"),
    "office": ("workplace", "workplace", "fleet"),
    "cold_store": ("fleet",),
    "factory": ("workplace", "fleet"),
    "school": ("workplace",),
    "depot": ("fleet",),
}
_MADE_BEFORE: Final = ("cold_store", "office", "shop")
"""Trades that can store cold ahead of a call."""


def draw_business(
    rng: np.random.Generator, number: int, n: int, mix: Mapping[str, float], group: str = ""
) -> SiteSpec:
    """Draw a business; ``n`` is the span in half-hours, ``group`` overrules the area drawn."""
    drawn = str(rng.choice(list(AREAS)))
    area = group or drawn
    kinds = {
        "battery": mix["battery"], "pv": mix["pv"], "hub": 0.3 * mix["ev"],
        "wind": 0.25 * mix["confounder"],
    }  # fmt: skip
    alone = rng.random() < mix["own_connection"]
    if alone and sum(kinds.values()) > 0:
        return _alone(rng, number, n, mix, area, kinds)
    weight = np.array([_TRADE_WEIGHTS.get(name, 0.0) for name in TRADES])
    archetype = str(rng.choice(list(TRADES), p=weight / weight.sum()))
    low, high = TRADES[archetype].peak_kw
    scale = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    assets = business_assets(rng, n, mix, archetype, scale)
    confounders: tuple[str, ...] = ()
    if rng.random() < mix["confounder"]:
        likely = _CONFOUNDERS.get(archetype, _OTHER_CONFOUNDERS)
        wanted = rng.choice(likely, size=int(rng.integers(1, 3)), replace=True)
        confounders = tuple(sorted({str(name) for name in wanted}))
    generates = any(name in GENERATING for name in confounders)
    limit = _export_limit(rng, mix["export_limit"], assets)
    return SiteSpec(
        number=number,
        gsp_group=area,
        premises="non_domestic",
        archetype=archetype,
        assets=tuple(assets),
        confounders=confounders,
        peak_kw=scale,
        export_register=generates or any(one.gives for one in assets),
        gaps=rng.random() < mix["gaps"],
        estimates=rng.random() < mix["estimates"],
        three_phase=True,
        export_limit_kw=None if generates else limit,
    )


def business_assets(
    rng: np.random.Generator, n: int, mix: Mapping[str, float], archetype: str, scale: float
) -> list[AssetSpec]:
    """Assets of a trade whose premises draw ``scale`` kW when open."""
    assets: list[AssetSpec] = []
    change = mix["change"]
    if rng.random() < mix["dr"]:
        plant_kw = scale * TRADES[archetype].plant
        kw = float(np.round(plant_kw * rng.uniform(0.35, 0.8), 1))
        assets.append(AssetSpec("dr", kw, style=_response_style(rng, archetype)))
    if rng.random() < mix["pv"]:
        kw = float(np.round(scale * rng.uniform(0.15, 0.8), 1))
        assets += changed(rng, n, change, AssetSpec("pv", kw, style=_roof(rng)))
    if rng.random() < mix["ev"]:
        assets += changed(rng, n, change, _cars(rng, archetype, scale))
    if rng.random() < mix["heat_pump"] * (archetype in ("office", "school", "shop")):
        kw = float(np.round(scale * rng.uniform(0.15, 0.4), 1))
        assets += changed(rng, n, change, AssetSpec("heat_pump", kw))
    if rng.random() < mix["battery"]:
        kw = float(np.round(scale * rng.uniform(0.2, 0.8), 0) + 1)
        kwh = float(np.round(kw * rng.uniform(1.0, 2.5), 0) + 1)
        style = str(rng.choice(["arbitrage", "dispatched", "self_consumption", "trading"]))
        assets += changed(rng, n, change, AssetSpec("battery", kw, kwh, style))
    return assets


def _response_style(rng: np.random.Generator, archetype: str) -> str:
    styles = ["", "slow", "partial", "several", "precool"]
    chances = np.array([0.5, 0.18, 0.1, 0.1, 0.12 if archetype in _MADE_BEFORE else 0.0])
    return str(rng.choice(styles, p=chances / chances.sum()))


def _roof(rng: np.random.Generator) -> str:
    return "east_west" if rng.random() < 0.3 else ""


def _cars(rng: np.random.Generator, archetype: str, scale: float) -> AssetSpec:
    """Sockets for a part of the premises' load; a hub may be the larger part of it."""
    style = str(rng.choice(_CARS.get(archetype, ("workplace", "fleet"))))
    if style == "fleet" and rng.random() < 0.35:
        style = "night_fleet"
    if style == "hub":
        return AssetSpec("ev", float(rng.choice([44.0, 100.0, 150.0, 300.0])), style=style)
    count = int(np.exp(rng.uniform(np.log(2), np.log(16))))
    kw = float(rng.choice([7.4, 7.4, 11.0, 22.0])) * count
    return AssetSpec("ev", round(min(kw, max(15.0, 1.2 * scale)), 1), style=style)


def _export_limit(rng: np.random.Generator, chance: float, assets: list[AssetSpec]) -> float | None:
    """A network with little room lets half to nine tenths of the inverters' power out."""
    giving = sum(one.kw for one in assets if one.gives)
    share = rng.uniform(0.3, 0.9)
    limited = rng.random() < chance and giving > 11.04
    return float(round(share * giving, 0)) if limited else None


def _alone(
    rng: np.random.Generator,
    number: int,
    n: int,
    mix: Mapping[str, float],
    area: str,
    kinds: Mapping[str, float],
) -> SiteSpec:
    """A battery, panels, a charging hub or turbines of up to 5 MW, with little else."""
    weight = np.array(list(kinds.values()))
    kind = str(rng.choice(list(kinds), p=weight / weight.sum()))
    low, high = {
        "battery": (200, 5000),
        "pv": (150, 5000),
        "hub": (200, 1500),
        "wind": (100, 3000),
    }[kind]
    kw = float(np.round(np.exp(rng.uniform(np.log(low), np.log(high))), -1))
    kwh = float(np.round(kw * rng.uniform(0.9, 4.0), -1))
    style = "trading" if rng.random() < 0.7 else "dispatched"
    made = {
        "battery": AssetSpec("battery", kw, kwh, style),
        "pv": AssetSpec("pv", kw, style="east_west" if rng.random() < 0.15 else "ground"),
        "hub": AssetSpec("ev", kw, style="hub"),
    }
    assets = changed(rng, n, mix["change"], made[kind], most_kw=5000.0) if kind in made else []
    if kind == "pv" and rng.random() < mix["battery"]:
        assets.append(AssetSpec("battery", round(0.5 * kw), round(kw), style))
    return SiteSpec(
        number=number,
        gsp_group=area,
        premises="non_domestic",
        archetype=OWN_CONNECTION,
        assets=tuple(assets),
        confounders=("wind",) if kind == "wind" else (),
        peak_kw=kw,
        export_register=kind != "hub",
        gaps=rng.random() < mix["gaps"],
        estimates=rng.random() < mix["estimates"],
        three_phase=True,
        export_limit_kw=kw if kind == "pv" and len(assets) > 1 else None,
    )
