"""Five signatures, one class a module: figures, half-hours explained, reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import (
    ASSET_CLASSES,
    BESS,
    EV_CHARGER,
    FLEXIBLE_DEMAND,
    HEAT_PUMP,
    SOLAR_PV,
)
from characterise.meter_cube import MeterCube
from characterise.signatures import battery, ev_charger, flexible_demand, heat_pump, solar_pv
from characterise.signatures.attribution import Attribution, Float, Rows

__all__ = [
    "SIGNATURES",
    "Attribution",
    "Signature",
    "attribute",
    "features",
    "reasons",
]


@dataclass(frozen=True, slots=True)
class Signature:
    """What one class's module offers."""

    asset_class: str
    feature_names: tuple[str, ...]
    signs: tuple[int, ...]
    """Direction in which each feature speaks for the class; 0 is told, never weighed."""
    features: Callable[[MeterCube, pl.DataFrame | None], Float]
    attribute: Callable[[MeterCube, Rows, Float | None, pl.DataFrame | None], Attribution]
    reasons: Callable[[npt.NDArray[np.float32]], list[str]]


_MODULES: Final = {
    EV_CHARGER: ev_charger,
    HEAT_PUMP: heat_pump,
    BESS: battery,
    SOLAR_PV: solar_pv,
    FLEXIBLE_DEMAND: flexible_demand,
}
SIGNATURES: Final = tuple(
    Signature(
        asset_class=name,
        feature_names=_MODULES[name].FEATURES,
        signs=_MODULES[name].SIGNS,
        features=_MODULES[name].features,
        attribute=_MODULES[name].attribute,
        reasons=_MODULES[name].reasons,
    )
    for name in ASSET_CLASSES
)
"""In the order of `ASSET_CLASSES`."""

_TAKEN_OUT: Final = (SOLAR_PV, BESS, EV_CHARGER, HEAT_PUMP, FLEXIBLE_DEMAND)
"""Generation first, which gives the load back; then the sharpest shapes before the softest."""


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> tuple[Float, ...]:
    """Figures of every class, (M, F) each, in the order of `ASSET_CLASSES`; NaN is "cannot say"."""
    return tuple(signature.features(cube, signals) for signature in SIGNATURES)


def attribute(
    cube: MeterCube,
    present: npt.NDArray[np.bool_],
    signals: pl.DataFrame | None = None,
) -> tuple[Attribution, ...]:
    """Half-hours that the present classes explain together, in the order of `ASSET_CLASSES`.

    Parameters
    ----------
    present
        (M, 5) which class is taken to be at which meter.
    signals
        `characterise.frames.SIGNALS`, for flexible demand and batteries that wait for calls.

    Notes
    -----
    What one class explains is taken out before the next is looked for, so that no half-hour is
    explained twice: solar, battery, charger, heat pump, response. Where load
    that fell in calls is taken in again by night, the fall is the battery's up to the one power
    of most calls, and what is left the response's. A charger is looked for in what
    the boundary and the panels supply: two guesses, a battery and a charger, may not feed each
    other while the meter stands still.
    """
    left = cube.net_kw
    supplied = left
    found: dict[str, Attribution] = {}
    for name in _TAKEN_OUT:
        place = ASSET_CLASSES.index(name)
        rows = np.flatnonzero(present[:, place]).astype(np.int32)
        seen = np.minimum(left[rows], supplied[rows]) if name == EV_CHARGER else left[rows]
        part = SIGNATURES[place].attribute(cube, rows, seen, signals)
        left[rows] -= part.import_kw - part.export_kw
        supplied = left.copy() if name == SOLAR_PV else supplied
        found[name] = part
    return tuple(found[name] for name in ASSET_CLASSES)


def reasons(tables: tuple[Float, ...], row: int, place: int) -> list[str]:
    """Reasons for one meter and class, from what `features` gave."""
    return SIGNATURES[place].reasons(tables[place][row])
