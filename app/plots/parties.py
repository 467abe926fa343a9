"""One label and one colour a party, the same on every plot of an event."""

from __future__ import annotations

from typing import Final

import polars as pl

from app.plots import palette

Party = tuple[str | None, str]
"""Asset meter, or None for the whole site, and provider."""

MARKERS: Final = ("circle", "square", "triangle", "diamond", "inverted_triangle", "x")
"""One a party, so that colour is not the only carrier."""
_SHOWN: Final = 4


def parties_of(frame: pl.DataFrame) -> list[Party]:
    """Parties of a frame with ``amsid`` and ``fsp_id``, whole-site agreements last."""
    held = frame.select("amsid", "fsp_id").unique().filter(pl.col("fsp_id").is_not_null())
    return sorted(held.iter_rows(), key=lambda row: (row[0] is None, row[0] or "", row[1]))


def label(party: Party) -> str:
    """Provider and the last digits of the asset meter."""
    amsid, fsp_id = party
    return f"{fsp_id} …{amsid[-_SHOWN:]}" if amsid else f"{fsp_id}, whole site"


def colour(party: Party, among: list[Party]) -> str:
    """Colour of a party among those of the event."""
    return palette.party_colour(among.index(party) if party in among else len(among))


def marker(party: Party, among: list[Party]) -> str:
    """Shape of a party's points."""
    return MARKERS[(among.index(party) if party in among else len(among)) % len(MARKERS)]


def rows_of(frame: pl.DataFrame, party: Party) -> pl.DataFrame:
    """Rows of one party."""
    amsid, fsp_id = party
    return frame.filter(pl.col("amsid").eq_missing(pl.lit(amsid)), pl.col("fsp_id") == fsp_id)
