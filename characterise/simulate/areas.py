"""The fourteen GSP Groups: distributor id, a place inside, and how warm it is.

Temperatures are rounded to be in keeping with published 1991-2020 averages of a town in each area.
They were typed in for simulation and support no statement about the climate of a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

_LONDON_MONTHS: Final = (5.7, 6.0, 8.0, 10.6, 13.7, 16.7, 19.0, 18.7, 16.0, 12.5, 8.7, 6.2)
_LONDON_MEAN: Final = 11.8


@dataclass(frozen=True, slots=True)
class Area:
    """One GSP Group as the simulator sees it."""

    gsp_group: str
    name: str
    distributor: str
    latitude: float
    longitude: float
    annual_mean_c: float
    seasonal_scale: float
    """Size of the yearly swing against London's."""

    @property
    def months_c(self) -> npt.NDArray[np.float64]:
        """(12,) mean temperature of January to December."""
        swing = (np.array(_LONDON_MONTHS) - _LONDON_MEAN) * self.seasonal_scale
        return swing + self.annual_mean_c

    @property
    def subdivision(self) -> str:
        """Whose bank holidays are kept."""
        return "SCT" if self.gsp_group in ("_N", "_P") else "ENG"


AREAS: Final = {
    area.gsp_group: area
    for area in (
        Area("_A", "Eastern", "10", 52.2, 0.6, 10.7, 1.02),
        Area("_B", "East Midlands", "11", 52.9, -1.2, 10.2, 1.00),
        Area("_C", "London", "12", 51.5, -0.1, 11.8, 1.00),
        Area("_D", "Merseyside and North Wales", "13", 53.3, -3.0, 10.4, 0.88),
        Area("_E", "Midlands", "14", 52.5, -1.9, 10.2, 0.98),
        Area("_F", "Northern", "15", 54.9, -1.6, 9.6, 0.88),
        Area("_G", "North Western", "16", 53.6, -2.4, 10.0, 0.91),
        Area("_H", "Southern", "20", 51.1, -1.3, 10.9, 0.96),
        Area("_J", "South Eastern", "19", 51.2, 0.6, 11.0, 0.96),
        Area("_K", "South Wales", "21", 51.6, -3.6, 10.5, 0.86),
        Area("_L", "South Western", "22", 50.7, -3.8, 10.9, 0.82),
        Area("_M", "Yorkshire", "23", 53.8, -1.4, 10.0, 0.95),
        Area("_N", "South Scotland", "18", 55.8, -3.6, 9.3, 0.85),
        Area("_P", "North Scotland", "17", 57.4, -4.0, 8.7, 0.82),
    )
}
"""By GSP Group, in order."""
