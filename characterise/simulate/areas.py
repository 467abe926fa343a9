"""The fourteen GSP Groups: distributor id, a place inside, how warm and how windy it is.

Temperatures are those of `characterise.climatology`, the one table of the package. Wind speeds were
typed from memory of published averages at 10 m and rounded to 0.5 m/s; they serve simulation and
support no statement about the climate of a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.climatology import MONTHLY_MEAN_C


@dataclass(frozen=True, slots=True)
class Area:
    """One GSP Group as the simulator sees it."""

    gsp_group: str
    name: str
    distributor: str
    latitude: float
    longitude: float
    wind_ms: float
    """Mean wind speed at 10 m, m/s."""

    @property
    def months_c(self) -> npt.NDArray[np.float64]:
        """(12,) mean temperature of January to December."""
        return np.array(MONTHLY_MEAN_C[self.gsp_group], dtype=np.float64)

    @property
    def annual_mean_c(self) -> float:
        """Mean of the twelve months."""
        return float(self.months_c.mean())

    @property
    def subdivision(self) -> str:
        """Whose bank holidays are kept."""
        return "SCT" if self.gsp_group in ("_N", "_P") else "ENG"


AREAS: Final = {
    area.gsp_group: area
    for area in (
        Area("_A", "Eastern", "10", 52.2, 0.6, 4.5),
        Area("_B", "East Midlands", "11", 52.9, -1.2, 4.5),
        Area("_C", "London", "12", 51.5, -0.1, 4.0),
        Area("_D", "Merseyside and North Wales", "13", 53.3, -3.0, 5.5),
        Area("_E", "Midlands", "14", 52.5, -1.9, 4.0),
        Area("_F", "Northern", "15", 54.9, -1.6, 5.0),
        Area("_G", "North Western", "16", 53.6, -2.4, 5.0),
        Area("_H", "Southern", "20", 51.1, -1.3, 4.5),
        Area("_J", "South Eastern", "19", 51.2, 0.6, 4.5),
        Area("_K", "South Wales", "21", 51.6, -3.6, 5.5),
        Area("_L", "South Western", "22", 50.7, -3.8, 5.5),
        Area("_M", "Yorkshire", "23", 53.8, -1.4, 4.5),
        Area("_N", "South Scotland", "18", 55.8, -3.6, 5.0),
        Area("_P", "North Scotland", "17", 57.4, -4.0, 6.0),
    )
}
"""By GSP Group, in order."""
