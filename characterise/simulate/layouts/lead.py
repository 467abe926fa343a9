"""What a file says about a row beside its time and its readings: whose, what, in which unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.simulate.channel import Channel
from characterise.simulate.identifiers import is_valid
from characterise.simulate.layouts.written import texts
from characterise.simulate.timeline import Float

KWH_OF: Final = {"kWh": 1.0, "Wh": 1e-3, "MWh": 1e3, "kW": 0.5, "MW": 500.0, "W": 5e-4}
"""kWh in a half-hour of one unit; powers are means."""
QUANTITY_WORDS: Final = {
    "AI": "Import",
    "AE": "Export",
    "RI": "Reactive Import",
    "RE": "Reactive Export",
}


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands in every row, or above the table, or nowhere.

    Parameters
    ----------
    ident
        Name of the column that holds the identifier; empty where no column does.
    ident_above
        The identifier stands in the lines above the table instead.
    quantity
        ``none`` (all is active import), ``code`` (AI, AE, RI, RE) or ``word``.
    quantity_name
        Name of the quantity's column.
    unit
        Where the unit is said: ``none``, ``column``, ``header`` (a total's or the value's column
        name) or ``above`` (a line above the table).
    unit_word
        Key of `KWH_OF`.
    decimals
        Figures after the point.
    trimmed
        Zeros at the end are left out.
    blank
        What stands where nothing was read.
    """

    ident: str = "MPAN"
    ident_above: bool = False
    quantity: str = "none"
    quantity_name: str = "Measurement Quantity"
    unit: str = "column"
    unit_word: str = "kWh"
    decimals: int = 3
    trimmed: bool = False
    blank: str = ""

    def names(self) -> list[str]:
        """Names of the leading columns."""
        return [
            *([self.ident] if self.ident else []),
            *([self.quantity_name] if self.quantity != "none" else []),
            *(["Unit"] if self.unit == "column" else []),
        ]

    def cells(self, channel: Channel) -> list[str]:
        """Cells of the leading columns."""
        word = QUANTITY_WORDS[channel.quantity] if self.quantity == "word" else channel.quantity
        unit = self.unit_word.replace("Wh", "VArh") if channel.reactive else self.unit_word
        return [
            *([channel.ident] if self.ident else []),
            *([word] if self.quantity != "none" else []),
            *([unit] if self.unit == "column" else []),
        ]

    def above(self, channels: Sequence[Channel]) -> list[list[str]]:
        """Lines that must stand above the table for it to say what this says."""
        lines = []
        if self.ident_above:
            lines.append(["MPAN", channels[0].ident])
        if self.unit == "above":
            lines.append([f"All readings are in {self.unit_word}"])
        return lines

    def write(self, kwh: Float, *, minutes: int = 30) -> tuple[npt.NDArray[np.object_], Float]:
        """Values of intervals as the file writes them, and the kWh that those texts state.

        Parameters
        ----------
        kwh
            Energies of intervals of ``minutes``; NaN where nothing was read.
        """
        power = not self.unit_word.endswith("h")
        factor = KWH_OF[self.unit_word] * (minutes / 30 if power else 1.0)
        shown = texts(kwh / factor, self.decimals, trimmed=self.trimmed, blank=self.blank)
        read = ~np.isnan(kwh)
        stated = np.full(len(kwh), np.nan)
        stated[read] = shown[read].astype(np.float64) * factor
        return shown, stated

    def answers(self, channels: Sequence[Channel]) -> tuple[dict[str, str], set[str]]:
        """Answers for what is said nowhere, and the codes of those questions."""
        answers: dict[str, str] = {}
        asks: set[str] = set()
        if self.unit == "none" and self.quantity != "code":
            answers["unit"] = self.unit_word
            asks.add("unit_unknown")
        if not self.ident and not self.ident_above:
            answers["meter_point"] = _point(channels[0].ident)
            asks.add("meter_point_unknown")
        return answers, asks


def _point(ident: str) -> str:
    return ident if is_valid(ident) else f"serial:{ident}"
