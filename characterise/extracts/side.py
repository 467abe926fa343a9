"""Whether the time of a reading names the start or the end of its half-hour: the file decides.

Rows of a day that begin at 00:30 and reach 00:00 are labelled by their ends; rows that begin at
00:00 and stop at 23:30 by their starts. A fragment decides nothing by itself.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from characterise.extracts.cells import SERIES, Facts

_NEARLY_A_DAY: Final = 40
_DAY: Final = 1440


def settle_side(frame: pl.DataFrame, facts: Facts) -> tuple[pl.DataFrame, Facts]:
    """Frame whose ``day`` and ``minute`` are instants, and facts with the side if it is plain.

    Parameters
    ----------
    frame
        ``ident``, ``column``, ``line``, ``day``, ``minute``, ``time`` of a stamped file.
    """
    if facts.whole and _midnight_comes_last(frame):
        evidence = "within a date, 00:00 comes after 23:30: it closes the day"
        facts = facts.settle("midnight", "closes the day", evidence, closing_midnight=True)
        if facts.side is None:
            facts = facts.settle("side", "end", evidence, side="end")
    frame = _roll(frame, closing=facts.closing_midnight)
    if facts.side is not None or not facts.whole:
        return frame, facts
    clue, evidence, strong = _clue(frame, facts.minutes)
    known = facts.known_side
    if strong and known in (None, clue):
        return frame, facts.settle("side", clue, evidence, side=clue)
    if not strong and clue and known == clue:
        because = f"{evidence}, as other files of this layout are labelled"
        return frame, facts.settle("side", clue, because, side=clue)
    if evidence and known:
        because = f"{evidence}, but other files of this layout are labelled by the {known}"
        return frame, facts.settle("side", "open", because)
    return frame, facts.settle("side", "open", evidence or "no complete day shows it")


def _midnight_comes_last(frame: pl.DataFrame) -> bool:
    """Whether dates and times stand apart and 00:00 comes last within most dates."""
    if not (frame["time"] != "").any():
        return False
    days = frame.group_by(*SERIES, "day").agg(
        first=pl.col("line").filter(pl.col("minute") == 0).max(),
        last=pl.col("line").filter(pl.col("minute") == _DAY - 30).max(),
        before=pl.col("line").filter(pl.col("minute") == 30).min(),
    )
    days = days.drop_nulls()
    rising = days["last"] > days["before"]
    ascending = max(rising.sum(), (~rising).sum())
    # Whichever way rows run, a closing midnight stands on the far side of 23:30.
    after = (days["first"] > days["last"]) == rising
    closing = (after & (rising == (rising.sum() * 2 > days.height))).sum()
    return bool(days.height and closing >= max(1, ascending // 2 + 1))


def _roll(frame: pl.DataFrame, *, closing: bool) -> pl.DataFrame:
    """24:00, and a 00:00 that closes its day, become 00:00 of the next day."""
    full = (pl.col("minute") == _DAY) | (pl.lit(closing) & (pl.col("minute") == 0))
    return frame.with_columns(
        pl.when(full).then(pl.col("day") + pl.duration(days=1)).otherwise("day").alias("day"),
        pl.when(full).then(0).otherwise("minute").cast(pl.Int32).alias("minute"),
    )


def _clue(frame: pl.DataFrame, step: int) -> tuple[str, str, bool]:
    """Side that the runs of readings suggest, why, and whether that is proof enough."""
    runs = (
        frame.drop_nulls(["day", "minute"])
        .sort("day", "minute")
        .group_by(*SERIES, maintain_order=True)
        .agg(
            first=pl.col("minute").first(),
            last=pl.col("minute").last(),
            n=pl.struct("day", "minute").n_unique(),
        )
        .filter(pl.col("n") > 1)
    )
    needed = _NEARLY_A_DAY * 30 // step
    starts = runs.filter((pl.col("first") == 0) & (pl.col("last") != 0))
    ends = runs.filter(pl.col("first") == step)
    for side, found, other in (("start", starts, ends), ("end", ends, starts)):
        if found.height <= other.height:
            continue
        first = "00:00" if side == "start" else f"00:{step:02d}"
        longest = int(found["n"].max())  # type: ignore[arg-type]
        evidence = (
            f"{found.height} of {runs.height} runs begin at {first}, the longest of {longest}"
        )
        return side, evidence, longest >= needed and not other.height
    return "", "", False
