"""The smallest size of a canonical asset that would be called present, by halving a range."""

from __future__ import annotations

from collections.abc import Mapping
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
from characterise.calibration import logit_of
from characterise.finding import Finding
from characterise.injection import battery, ev_charger, flexible_demand, heat_pump, solar_pv
from characterise.injection.laying import Float, Prepare, behind, rows_of
from characterise.meter_cube import MeterCube
from characterise.model import ClassModel, PresenceModel
from characterise.presence import Presence, prevalence_shift
from characterise.settlement import SLOTS_PER_DAY
from characterise.signatures import SIGNATURES

Double = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_MODULES: Final = {
    EV_CHARGER: ev_charger,
    HEAT_PUMP: heat_pump,
    BESS: battery,
    SOLAR_PV: solar_pv,
    FLEXIBLE_DEMAND: flexible_demand,
}
PREPARE: Final[Mapping[str, Prepare]] = {name: module.prepared for name, module in _MODULES.items()}
"""The canonical asset of each class."""
LARGEST_KW: Final[Mapping[str, float]] = {
    EV_CHARGER: 22.0,
    HEAT_PUMP: 16.0,
    BESS: 15.0,
    SOLAR_PV: 15.0,
    FLEXIBLE_DEMAND: 10.0,
}
"""Largest asset of a home; at a larger site what its own peak comes to."""
SMALLEST_KW: Final[Mapping[str, float]] = {
    EV_CHARGER: 1.4,
    HEAT_PUMP: 0.3,
    BESS: 0.3,
    SOLAR_PV: 0.2,
    FLEXIBLE_DEMAND: 0.1,
}
"""Smallest asset that is sold, or worth a name."""
DEPTH: Final = 64.0
"""The smallest size that is tried is at least this part of the largest."""
NEVER_VISIBLE: Final = "not_observable_here_at_any_size"
"""Finding code of a class that is not seen and would not be, whatever its size."""
CHUNK: Final = 64
"""Meters laid upon at once: the copies stay small beside the cube."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """What would show at each meter, (M, 5) by `ASSET_CLASSES`."""

    smallest_kw: Float
    """Smallest size that would be called present; NaN where it was not sought or never is."""
    largest_tried_kw: Float
    """Largest size laid on; NaN where none was."""

    @property
    def invisible(self) -> Flags:
        """(M, 5) not even the largest size tried would be called present."""
        return np.isfinite(self.largest_tried_kw) & ~np.isfinite(self.smallest_kw)

    def finding(self, row: int, place: int) -> Finding | None:
        """What to say of a class that no size would bring out; None where one does."""
        if not self.invisible[row, place]:
            return None
        kw = float(self.largest_tried_kw[row, place])
        because = (
            f"Even {kw:.3g} kW of it, laid onto these half-hours, would not be called present: "
            "its absence cannot be told here."
        )
        return Finding(NEVER_VISIBLE, because, {"largest_tried_kw": kw})


def nothing_sought(n_meters: int) -> Visibility:
    """Say nothing about what would show at ``n_meters`` meters."""
    blank = np.full((n_meters, len(ASSET_CLASSES)), np.nan, dtype=np.float32)
    return Visibility(blank, blank.copy())


def smallest_visible(
    cube: MeterCube,
    judged: Presence,
    model: PresenceModel,
    signals: pl.DataFrame | None = None,
    *,
    passes: int = 4,
    prevalence: float | None = None,
) -> Visibility:
    """Lay canonical assets onto the half-hours of every class that is not seen.

    Parameters
    ----------
    judged
        Presence of every meter and class of ``cube``; only what is sufficient and not present is
        sought.
    passes
        How often a class's figures are computed anew; 0 seeks nothing. The first tries the largest
        size, each one more halves what is left on a log scale: four bring a range of 128 down to
        a factor of 1.8, which is parted by the logit.
    prevalence
        As `characterise.presence.assess` was given.

    Notes
    -----
    Probability need not rise with size all the way, so that what comes back is a size at which
    the class turns from not seen to seen: the smallest one where it rises.
    """
    nothing = nothing_sought(cube.n_meters)
    smallest, tried = nothing.smallest_kw, nothing.largest_tried_kw
    if passes > 0:
        shift = prevalence_shift(prevalence)
        chance = np.clip(judged.probability.astype(np.float64), 1e-12, 0.5)
        logit = np.log(chance) - np.log1p(-chance)
        sought = judged.sufficient & ~judged.present
        for place in range(len(ASSET_CLASSES)):
            rows = np.flatnonzero(sought[:, place])
            for first in range(0, rows.size, CHUNK):
                some = rows[first : first + CHUNK]
                smallest[some, place], tried[some, place] = _seek(
                    rows_of(cube, some),
                    place,
                    model.classes[place],
                    signals,
                    without=logit[some, place],
                    shift=float(shift[place]),
                    passes=passes,
                )
    return Visibility(smallest, tried)


def size_range(cube: MeterCube, asset_class: str) -> tuple[Double, Double]:
    """(M,) smallest and largest size to try at each meter, kW."""
    flat = np.abs(cube.net_kw).reshape(cube.n_meters, -1)
    peak = np.max(np.nan_to_num(flat), axis=1, initial=0.0).astype(np.float64)
    largest = np.maximum(peak, LARGEST_KW[asset_class])
    return np.maximum(SMALLEST_KW[asset_class], largest / DEPTH), largest


def _seek(
    cube: MeterCube,
    place: int,
    part: ClassModel,
    signals: pl.DataFrame | None,
    *,
    without: Double,
    shift: float,
    passes: int,
) -> tuple[Double, Double]:
    """Smallest size that is seen and largest that was tried, (M,) kW, NaN for neither."""
    signature = SIGNATURES[place]
    lay = PREPARE[signature.asset_class](cube, signals)
    days = np.isfinite(cube.import_kw).sum(axis=(1, 2)) / SLOTS_PER_DAY
    smallest, high = size_range(cube, signature.asset_class)
    low = smallest / 2  # as good as nothing: there stands what the meter shows without
    size = high.copy()
    low_logit, high_logit = without.copy(), np.full(len(size), np.nan)
    largest = np.full(len(size), np.nan)
    for _ in range(passes):
        laid = behind(cube, lay(size.astype(np.float32)))
        table = signature.features(laid, signals)
        logit = logit_of(part, table, signature.feature_names, days)[0] + shift
        largest = np.where(np.isfinite(logit), np.fmax(largest, size), largest)
        seen = logit >= 0.0
        high, high_logit = np.where(seen, size, high), np.where(seen, logit, high_logit)
        dim = np.isfinite(logit) & ~seen & (size < high)
        low, low_logit = np.where(dim, size, low), np.where(dim, logit, low_logit)
        size = np.sqrt(low * high)
    step = np.clip(-low_logit / np.maximum(high_logit - low_logit, 1e-9), 0.0, 1.0)
    found = low * (high / low) ** step
    return np.where(np.isfinite(high_logit), np.maximum(found, smallest), np.nan), largest
