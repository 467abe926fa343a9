"""A file that a layout wrote, and what is true of it: the other half of a round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.frames import UTC
from characterise.simulate.channel import Channel
from characterise.simulate.identifiers import is_valid
from characterise.simulate.timeline import Bool, Float, Timeline

TRUTH: Final = pl.Schema(
    {
        "meter_point_id": pl.String(),
        "quantity": pl.String(),
        "ts_utc": UTC,
        "kwh": pl.Float64(),
        "quality": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """One file, the half-hours that it carries and the answers that it cannot give itself.

    Parameters
    ----------
    truth
        `TRUTH`: the half-hours that a reader can recover from the file and ``answers``, as
        precise as the file states them. A half-hour that the layout cannot tell from another
        (the repeated hour where it has one column for two) is not among them.
    answers
        What a person would answer for it: a dict for ``characterise.extracts.mapping_of``.
    asks
        Codes of the questions that the file leaves open; some may be answered by evidence.
    readings
        How many readings the file holds, told apart or not.
    """

    name: str
    data: bytes
    truth: pl.DataFrame
    answers: Mapping[str, Any] = field(default_factory=dict)
    asks: frozenset[str] = frozenset()
    readings: int = 0


def readings_of(channels: Sequence[Channel]) -> int:
    """Readings of channels in a layout that has room for every half-hour."""
    return sum(int(channel.read.sum()) for channel in channels)


def truth_of(
    channels: Sequence[Channel],
    time: Timeline,
    carried: Sequence[Bool],
    stated: Sequence[Float],
    estimated: Sequence[Bool] | None,
    *,
    actual: str = "actual",
) -> pl.DataFrame:
    """Half-hours of each channel that a file carries.

    Parameters
    ----------
    carried
        (n,) for each channel: the file holds the value and says which half-hour it is.
    stated
        (n,) for each channel: kWh as the file states them.
    estimated
        (n,) for each channel where the file tells estimates apart, else None.
    actual
        Quality of what is no estimate: ``derived`` where a half-hour is a sum of finer readings.
    """
    starts = time.starts()
    parts = [TRUTH.to_frame()]
    for place, channel in enumerate(channels):
        keep = carried[place] & channel.read
        guessed = np.zeros(time.n, dtype=bool) if estimated is None else estimated[place]
        point = channel.ident if is_valid(channel.ident) else f"serial:{channel.ident}"
        frame = pl.DataFrame(
            {
                "ts_utc": pl.Series(starts[keep], dtype=pl.Datetime("us")).dt.replace_time_zone(
                    "UTC"
                ),
                "kwh": stated[place][keep],
                "quality": np.where(guessed, "estimated", actual)[keep],
            }
        ).with_columns(
            pl.lit(point).alias("meter_point_id"), pl.lit(channel.quantity).alias("quantity")
        )
        parts.append(frame.select(pl.col(c).cast(t) for c, t in TRUTH.items()))
    return pl.concat(parts).sort("meter_point_id", "quantity", "ts_utc")


def texts(
    values: Float, decimals: int, *, trimmed: bool = False, blank: str = ""
) -> npt.NDArray[np.object_]:
    """Numbers as a file writes them; ``blank`` where there is none.

    Parameters
    ----------
    trimmed
        Without zeros after the last figure that says something (``15``, not ``15.000``).
    """
    told = ~np.isnan(values)
    shown = np.char.mod(f"%.{decimals}f", np.where(told, values, 0.0))
    if trimmed and decimals:
        shown = np.char.rstrip(np.char.rstrip(shown, "0"), ".")
    return np.where(told, shown, blank).astype(object)
