"""The five classes that half-hours can show, and what registered categories map to them."""

from __future__ import annotations

from typing import Final

EV_CHARGER: Final = "EV_CHARGER"
HEAT_PUMP: Final = "HEAT_PUMP"
BESS: Final = "BESS"
SOLAR_PV: Final = "SOLAR_PV"
FLEXIBLE_DEMAND: Final = "FLEXIBLE_DEMAND"

ASSET_CLASSES: Final = (EV_CHARGER, HEAT_PUMP, BESS, SOLAR_PV, FLEXIBLE_DEMAND)
"""Order of every array axis that runs over classes."""
