"""The sites of the sample data that are there on purpose, each to show one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.dispatch import Enrolment
from characterise.simulate.site import AssetSpec, SiteSpec
from characterise.simulate.world import Fault


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody registered, whether or not it is so."""

    asset_class: str
    name: str
    rated_import_kw: float | None = None
    rated_export_kw: float | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One site with its dispatches, its register entries and its boundary data.

    ``boundary`` is ``metered``, ``none`` (P483: never read), ``estimated`` (estimates on the days
    of events) or ``short`` (the last 18 days only).
    """

    title: str
    spec: SiteSpec
    enrolments: tuple[Enrolment, ...] = ()
    faults: Mapping[int, Fault] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    boundary: str = "metered"


def _home(group: str, archetype: str, *assets: AssetSpec, **more: object) -> SiteSpec:
    gives = any(one.asset in ("pv", "battery") for one in assets)
    more.setdefault("export_register", gives)
    return SiteSpec(0, group, "domestic", archetype, assets, **more)  # type: ignore[arg-type]


def _works(
    group: str, archetype: str, peak_kw: float, *assets: AssetSpec, **more: object
) -> SiteSpec:
    gives = any(one.asset in ("pv", "battery") for one in assets)
    return SiteSpec(
        0, group, "non_domestic", archetype, assets, peak_kw=peak_kw, export_register=gives,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _held(place: int, fsp: str, conduct: str, market: str = "DSO_LOCAL") -> Enrolment:
    return Enrolment(place, fsp, market, conduct)


_MARCH: Final = 160 * SLOTS_PER_DAY
_EV: Final = AssetSpec("ev", 7.4, style="immediate")

HOMES: Final = (
    Story(
        "An honest provider moves charging out of the evening",
        _home("_C", "couple_at_work", _EV),
        (_held(0, "FLXB", "honest"),),
    ),
    Story(
        "Registered as a 3.7 kW charger; replaced by one of 7.4 kW in March",
        _home(
            "_H",
            "family",
            AssetSpec("ev", 3.7, style="immediate", last=_MARCH),
            AssetSpec("ev", 7.4, style="immediate", first=_MARCH),
        ),
        entries=(Entry("EV_CHARGER", "Wallbox", 3.7),),
    ),
    Story(
        "The charger left in March; the register still has it",
        _home("_A", "couple_at_work", AssetSpec("ev", 7.4, style="off_peak", last=_MARCH)),
        entries=(Entry("EV_CHARGER", "Wallbox", 7.4),),
    ),
    Story(
        "A provider without an MPID holds a heat pump, honestly",
        _home("_M", "retired", AssetSpec("heat_pump", 3.4)),
        (_held(0, "ORG-HEATSHARE", "honest"),),
    ),
    Story(
        "The same provider delivers part of what it declares here",
        _home("_M", "family", AssetSpec("heat_pump", 4.2)),
        (_held(0, "ORG-HEATSHARE", "partial"),),
    ),
    Story(
        "A home battery delivers; the declarations are about twice as large",
        _home("_J", "family", AssetSpec("pv", 4.0), AssetSpec("battery", 5.0, 10.0, "arbitrage")),
        (_held(1, "VPPX", "exaggerated"),),
    ),
    Story(
        "A charger is registered and none is there",
        _home("_E", "single_flat"),
        entries=(Entry("EV_CHARGER", "Wallbox", 7.4),),
    ),
    Story(
        "Night storage heaters, registered as a heat pump",
        _home("_P", "retired", confounders=("storage_heating", "immersion")),
        entries=(Entry("HEAT_PUMP", "Heating system", 6.0),),
    ),
    Story(
        "Solar without an export register: what it spills cannot be seen",
        _home("_J", "retired", AssetSpec("pv", 3.2), export_register=False),
        entries=(Entry("SOLAR_PV", "Roof", None, 3.2),),
    ),
    Story(
        "Moved in eighteen days ago: too little to say",
        _home("_C", "shift_worker", _EV),
        entries=(Entry("EV_CHARGER", "Wallbox", 7.4),),
        boundary="short",
    ),
    Story(
        "Four kinds of asset and not one registered",
        _home(
            "_A",
            "family",
            AssetSpec("pv", 5.0),
            _EV,
            AssetSpec("heat_pump", 3.2),
            AssetSpec("battery", 5.0, 10.0, "self_consumption"),
        ),
    ),
)

BUSINESSES: Final = (
    Story(
        "Two providers behind one meter: the cold store sheds, the battery never delivers",
        _works(
            "_E",
            "cold_store",
            180.0,
            AssetSpec("dr", 60.0),
            AssetSpec("battery", 60.0, 150.0, "dispatched"),
        ),
        (_held(0, "FLXA", "honest"), _held(1, "GRDQ", "none")),
    ),
    Story(
        "Two providers behind one meter: the factory declares twice what it sheds",
        _works("_M", "factory", 260.0, AssetSpec("dr", 80.0), AssetSpec("ev", 43.2, style="fleet")),
        (_held(0, "VPPX", "exaggerated"), _held(1, "FLXB", "honest")),
    ),
    Story(
        "A whole-site agreement: no asset meter is named",
        _works("_C", "office", 160.0, AssetSpec("dr", 45.0)),
        (Enrolment(0, "FLXA", "NESO_ANCILLARY", "honest", whole_site=True),),
    ),
    Story(
        "Combined heat and power is registered; half-hours cannot show it",
        _works("_H", "factory", 140.0, confounders=("chp", "welding")),
        entries=(Entry("CHP", "Boiler house engine", None, 25.0),),
    ),
    Story(
        "An asset meter and no boundary data at all (P483)",
        _works("_A", "shop", 40.0, AssetSpec("battery", 30.0, 60.0, "dispatched")),
        (_held(0, "GRDQ", "honest", "NESO_ANCILLARY"),),
        boundary="none",
    ),
    Story(
        "Boundary data are estimates on the days of events",
        _works("_J", "school", 90.0, AssetSpec("dr", 25.0)),
        (_held(0, "VPPX", "honest"),),
        boundary="estimated",
    ),
    Story(
        "The asset meter reads half and an hour late; the declarations are right",
        _works("_H", "depot", 45.0, AssetSpec("ev", 36.0, style="fleet")),
        (_held(0, "FLXB", "honest"),),
        {0: Fault(gain=0.5, lag=2)},
    ),
    Story(
        "A dispatched battery, delivered as declared",
        _works("_P", "factory", 220.0, AssetSpec("battery", 100.0, 240.0, "dispatched")),
        (_held(0, "VPPX", "honest", "NESO_ANCILLARY"),),
    ),
    Story(
        "The response comes after the window",
        _works("_A", "cold_store", 150.0, AssetSpec("dr", 50.0)),
        (_held(0, "GRDQ", "shifted"),),
    ),
    Story(
        "A battery is registered and none is there",
        _works("_C", "office", 110.0),
        entries=(Entry("BESS", "Basement store", 50.0, 50.0),),
    ),
)
