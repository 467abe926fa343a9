"""Single clean cases with a known answer, for tests and notebooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np

from characterise.simulate.areas import AREAS
from characterise.simulate.confounders import GENERATING
from characterise.simulate.dispatch import Enrolment, draw_signals
from characterise.simulate.own_connection import OWN_CONNECTION
from characterise.simulate.population import Population, frames_of
from characterise.simulate.site import AssetSpec, SiteSpec
from characterise.simulate.timeline import timeline
from characterise.simulate.world import World, build_site, stations_for

_PV = AssetSpec("pv", 4.0)


def _home(*assets: AssetSpec, archetype: str = "couple_at_work", **more: object) -> SiteSpec:
    gives = any(one.gives for one in assets)
    return SiteSpec(
        0,
        "_C",
        "domestic",
        archetype,
        assets,
        export_register=gives,
        **more,  # type: ignore[arg-type]
    )


def _works(
    *assets: AssetSpec,
    archetype: str = "cold_store",
    peak_kw: float = 200.0,
    confounders: tuple[str, ...] = (),
) -> SiteSpec:
    gives = any(one.gives for one in assets) or any(name in GENERATING for name in confounders)
    return SiteSpec(
        0, "_C", "non_domestic", archetype, assets, confounders, peak_kw, export_register=gives
    )


EXAMPLES: Final[dict[str, SiteSpec]] = {
    "plain_home": _home(),
    "ev_home": _home(AssetSpec("ev", 7.4, style="immediate")),
    "off_peak_ev_home": _home(AssetSpec("ev", 7.4, style="off_peak"), archetype="family"),
    "heat_pump_home": _home(AssetSpec("heat_pump", 3.2), archetype="retired"),
    "pv_home": _home(_PV),
    "battery_home": _home(AssetSpec("battery", 3.6, 8.0, "arbitrage"), archetype="family"),
    "pv_battery_home": _home(_PV, AssetSpec("battery", 3.6, 8.0, "self_consumption")),
    "everything_home": _home(
        _PV,
        AssetSpec("ev", 7.4, style="immediate"),
        AssetSpec("heat_pump", 3.2),
        AssetSpec("battery", 5.0, 10.0, "self_consumption"),
        archetype="family",
    ),
    "storage_heating_home": _home(confounders=("storage_heating", "immersion")),
    "shower_home": _home(confounders=("shower", "sauna"), archetype="family"),
    "panel_heater_home": _home(confounders=("panel_heaters",), archetype="retired"),
    "plain_office": _works(archetype="office", peak_kw=120.0),
    "flexible_cold_store": _works(AssetSpec("dr", 60.0)),
    "battery_factory": _works(
        AssetSpec("battery", 100.0, 200.0, "dispatched"), archetype="factory"
    ),
    "v2g_home": _home(AssetSpec("ev", 7.4, style="v2g"), archetype="family"),
    "workplace_chargers": _works(
        AssetSpec("ev", 66.0, style="workplace"), archetype="office", peak_kw=90.0
    ),
    "grid_battery": _works(
        AssetSpec("battery", 5000.0, 10_000.0, "trading"),
        archetype=OWN_CONNECTION,
        peak_kw=5000.0,
    ),
    "solar_field": _works(
        AssetSpec("pv", 2000.0, style="ground"), archetype=OWN_CONNECTION, peak_kw=2000.0
    ),
    "wind_farm": _works(archetype=OWN_CONNECTION, peak_kw=1500.0, confounders=("wind",)),
    "chp_school": _works(archetype="school", peak_kw=120.0, confounders=("chp",)),
    "ev_depot": _works(AssetSpec("ev", 36.0, style="fleet"), archetype="depot", peak_kw=40.0),
}
"""Clean cases by name: one site each, in London, no gaps and no estimates."""


def example(
    name: str,
    *,
    seed: int = 1,
    first_day: dt.date = dt.date(2025, 10, 1),
    n_days: int = 396,
    conduct: str | None = None,
) -> Population:
    """Simulate one clean case of `EXAMPLES` as a population of one site.

    Parameters
    ----------
    conduct
        With one of `characterise.simulate.dispatch.CONDUCTS`, every dispatchable asset is enrolled
        and behaves so; without, nothing is dispatched by an FSP.
    """
    if name not in EXAMPLES:
        raise ValueError(f"no example is called {name!r}; use one of {', '.join(EXAMPLES)}")
    spec = EXAMPLES[name]
    places = [i for i, one in enumerate(spec.assets) if one.asset != "pv"] if conduct else []
    enrolled = [
        Enrolment(place, ("FLXA", "GRDQ")[order % 2], "DSO_LOCAL", conduct or "honest")
        for order, place in enumerate(places)
    ]
    return one_site(spec, enrolled, seed=seed, first_day=first_day, n_days=n_days)


def one_site(
    spec: SiteSpec,
    enrolments: Sequence[Enrolment] = (),
    *,
    seed: int = 1,
    first_day: dt.date = dt.date(2025, 10, 1),
    n_days: int = 396,
) -> Population:
    """Simulate one site of your own making as a population of one."""
    time = timeline(first_day, n_days, AREAS[spec.gsp_group].subdivision)
    signals = draw_signals(np.random.default_rng([seed, 97]), time, [spec.gsp_group])
    world = World(time, stations_for([spec.gsp_group], time, seed), signals)
    world.sites.append(build_site(world, spec, enrolments, seed))
    return frames_of(world, seed)
