"""Colours that stay apart for every kind of colour vision, on light and on dark paper.

The six class colours were searched for: contrast of at least 3:1 to white and to #121212, and the
largest smallest CIELAB distance over normal vision and the three dichromacies of Machado et al.
(2009), which is 28. A test recomputes both.
"""

from __future__ import annotations

from typing import Final

REST: Final = "REST"
"""What no class explains."""

CLASS_COLOURS: Final = {
    "EV_CHARGER": "#325ffa",
    "HEAT_PUMP": "#a3421b",
    "BESS": "#18aa67",
    "SOLAR_PV": "#c28b00",
    "FLEXIBLE_DEMAND": "#9b34a9",
    REST: "#606060",
}

CLASS_LABELS: Final = {
    "EV_CHARGER": "EV charger",
    "HEAT_PUMP": "Heat pump",
    "BESS": "Battery",
    "SOLAR_PV": "Solar",
    "FLEXIBLE_DEMAND": "Flexible demand",
    REST: "Everything else",
}

BOUNDARY: Final = "#7a7a7a"
"""The boundary meter's own line: 4:1 on white and on dark."""
EXPECTED: Final = "#325ffa"
EVENT: Final = "#c28b00"
CLAIM: Final = "#a3421b"
GAP: Final = "#9a9a9a"

IMPORT_SCALE: Final = "cividis"
"""Sequential, for sites that only import."""
NET_SCALE: Final = (
    "#08519c",
    "#2f7cc0",
    "#6aa9d8",
    "#a9cbe4",
    "#dcdcdc",
    "#eec08e",
    "#dd8f3f",
    "#b9601a",
    "#7f3b08",
)
"""Diverging: export is blue, import is brown, zero is the grey in the middle."""

TIER_COLOURS: Final = {"high": "#157a4a", "medium": "#8a6100", "low": "#606060"}
"""White words stand on these, at 4.5:1 or better."""

PARTY_COLOURS: Final = ("#325ffa", "#c28b00", "#18aa67", "#9b34a9", "#a3421b", "#606060")
"""One a party or asset meter, in order of appearance."""


def party_colour(index: int) -> str:
    """Colour of the n-th party; they repeat after six."""
    return PARTY_COLOURS[index % len(PARTY_COLOURS)]
