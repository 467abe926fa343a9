"""Drawing a home: who lives there, what stands there, what changes, what it is mistaken for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from characterise.simulate.areas import AREAS
from characterise.simulate.changes import changed, in_sequence
from characterise.simulate.confounders import DOMESTIC, GENERATING
from characterise.simulate.household import HABITS
from characterise.simulate.site import AssetSpec, SiteSpec
from characterise.simulate.solar import G98_KW

_CONFOUNDERS: Final = {
    "storage_heating": 0.15, "immersion": 0.18, "shower": 0.19, "sauna": 0.06,
    "panel_heaters": 0.12, "air_conditioning": 0.1, "hot_tub": 0.08, "hobby_kiln": 0.04,
    "swimming_pool": 0.04, "small_wind": 0.04,
}  # fmt: skip
_MOST_ON_ONE_PHASE_KW: Final = 18.0
_NOT_BESIDE_HEAT_PUMP: Final = ("storage_heating", "panel_heaters")


def draw_home(
    rng: np.random.Generator, number: int, n: int, mix: Mapping[str, float], group: str = ""
) -> SiteSpec:
    """Draw a home; ``n`` is the span in half-hours, ``group`` overrules the area drawn."""
    area = str(rng.choice(list(AREAS)))
    three_phase = rng.random() < mix["three_phase"]
    has = {name: rng.random() < mix[name] for name in ("pv", "ev", "heat_pump", "battery")}
    drawn: list[list[AssetSpec]] = []
    if has["pv"]:
        drawn.append(changed(rng, n, mix["change"], _solar(rng)))
    if has["ev"]:
        drawn += _chargers(rng, n, mix, three_phase, has["pv"])
    if has["heat_pump"]:
        kw = float(np.round(rng.uniform(1.8, 4.5), 1))
        drawn.append(changed(rng, n, mix["change"], AssetSpec("heat_pump", kw)))
    if has["battery"]:
        drawn.append(changed(rng, n, mix["change"], _battery(rng, has["pv"]), most_kw=12.0))
    assets = [one for several in drawn for one in several]
    # More than a fuse of 100 A carries beside the rest of the home.
    taking = sum(one.kw for one in assets if one.asset != "pv" and one.last is None)
    three_phase = three_phase or taking > _MOST_ON_ONE_PHASE_KW
    if rng.random() < mix["sequence"]:
        assets = in_sequence(rng, n, assets)
    confounders = _confounders(rng, mix["confounder"], has["heat_pump"])
    limit = _export_limit(rng, mix["export_limit"], assets, three_phase)
    gives = any(one.gives for one in assets) or any(name in GENERATING for name in confounders)
    return SiteSpec(
        number=number,
        gsp_group=group or area,
        premises="domestic",
        archetype=str(rng.choice(list(HABITS))),
        assets=tuple(assets),
        confounders=confounders,
        export_register=gives and rng.random() < 0.92,
        gaps=rng.random() < mix["gaps"],
        estimates=rng.random() < mix["estimates"],
        three_phase=three_phase,
        export_limit_kw=None if "small_wind" in confounders else limit,
    )


def _solar(rng: np.random.Generator) -> AssetSpec:
    """Half are under G98's 3.68 kW, some cover the whole roof."""
    low, high = ((1.6, G98_KW), (G98_KW, 6.5), (6.5, 11.0))[int(rng.choice(3, p=(0.5, 0.4, 0.1)))]
    return AssetSpec("pv", float(np.round(rng.uniform(low, high), 1)))


def _chargers(
    rng: np.random.Generator, n: int, mix: Mapping[str, float], three_phase: bool, has_pv: bool
) -> list[list[AssetSpec]]:
    kw = float(rng.choice([3.7, 7.4, 7.4, 7.4]))
    if three_phase:
        kw = float(rng.choice([7.4, 11.0, 11.0, 22.0]))
    style = str(rng.choice(["immediate", "off_peak", "scheduled"], p=[0.4, 0.4, 0.2]))
    if has_pv and rng.random() < 0.25:
        style = "solar"
    if rng.random() < mix["v2g"]:
        kw, style = 11.0 if three_phase else 7.4, "v2g"
    most = 22.0 if three_phase else 7.4
    drawn = [changed(rng, n, mix["change"], AssetSpec("ev", kw, style=style), most)]
    if rng.random() < 0.06:  # a second car with a charger of its own
        drawn.append([AssetSpec("ev", 7.4, style="immediate" if style == "v2g" else style)])
    return drawn


def _battery(rng: np.random.Generator, has_pv: bool) -> AssetSpec:
    kw = float(rng.choice([2.5, 3.6, 3.6, 5.0, 5.0, 6.0, 7.0, 9.6, 11.5]))
    style = "self_consumption" if has_pv and rng.random() < 0.6 else "arbitrage"
    return AssetSpec("battery", kw, float(np.round(kw * rng.uniform(1.4, 2.9), 1)), style)


def _confounders(rng: np.random.Generator, chance: float, heat_pump: bool) -> tuple[str, ...]:
    if rng.random() >= chance:
        return ()
    names = [
        name for name in DOMESTIC
        if name in _CONFOUNDERS and not (heat_pump and name in _NOT_BESIDE_HEAT_PUMP)
    ]  # fmt: skip
    weight = np.array([_CONFOUNDERS[name] for name in names])
    count = int(rng.integers(1, 3))
    return tuple(
        str(one) for one in rng.choice(names, count, replace=False, p=weight / weight.sum())
    )


def _export_limit(
    rng: np.random.Generator, chance: float, assets: list[AssetSpec], three_phase: bool
) -> float | None:
    """The network limits some of those whose inverters come to more than 16 A a phase."""
    phases = 3 if three_phase else 1
    giving = sum(one.kw for one in assets if one.gives)
    limited = rng.random() < chance and giving > phases * G98_KW
    return round(phases * G98_KW, 2) if limited else None
