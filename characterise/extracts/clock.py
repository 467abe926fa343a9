"""Labels of a file's own clock -> UTC starts, and the evidence for which clock that is."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

import polars as pl

from characterise.extracts.cells import SERIES, Facts
from characterise.frames import UTC
from characterise.settlement import LONDON, period_start, periods_in_day, zone_of

_DAYLIGHT: Final = re.compile(
    r"daylight saving|\bbst\b|local time|\blocal\b|clock time|europe london"
)
_NO_DAYLIGHT: Final = re.compile(
    r"\b(no|not|never|without|ignor\w+|exclud\w+)( \w+){0,3} (daylight saving|bst|british summer)"
)
_UTC_WORDS: Final = re.compile(r"\butc\b|\bgmt\b|\bzulu\b")
_SETTLEMENT: Final = re.compile(r"\bsett(lement)?\b|\buk\b")
_WORDS: Final = (
    (_NO_DAYLIGHT, "UTC"),
    (_DAYLIGHT, LONDON),
    (_UTC_WORDS, "UTC"),
    (_SETTLEMENT, LONDON),
)
_ABOUT_CLOCKS: Final = re.compile(r"time ?zone|daylight|clock|times? (are )?in|local time")
_MOST_OF_A_DAY: Final = 40
_OCCURRENCES: Final = pl.Schema(
    {"day": pl.Date(), "wall": pl.Int32(), "occurrence": pl.Int32(), "begins": UTC}
)
_SPRING_SLOTS: Final = {"wall": (2, 3), "period": (47, 48)}


def clock_in_words(names: str, around: str) -> tuple[str | None, str]:
    """Clock that the header or the text around the data names, and the words that do."""
    spoken = around if _ABOUT_CLOCKS.search(around) else ""
    for words in (names, spoken):
        for pattern, clock in _WORDS:
            match = pattern.search(words)
            if match and not (pattern is _SETTLEMENT and words is spoken):
                return clock, f"the file says {match[0]!r}"
    return None, ""


def clock_in_days(frame: pl.DataFrame, kind: str) -> tuple[str | None, str]:
    """Clock that the days of a clock change show, and what they show.

    Parameters
    ----------
    frame
        ``ident``, ``column``, ``day``, ``minute``, ``slot``, ``value`` of readings.
    """
    lengths = {day: periods_in_day(day) for day in frame["day"].drop_nulls().unique().to_list()}
    verdicts = []
    for day, length in sorted(lengths.items()):
        if length == 46:
            verdicts.append(_on_short_day(frame.filter(pl.col("day") == day), kind, day))
        elif length == 50:
            verdicts.append(_on_long_day(frame.filter(pl.col("day") == day), kind, day))
    found = {clock for clock, _ in verdicts if clock}
    if len(found) != 1:
        return None, "; ".join(evidence for clock, evidence in verdicts if clock)
    return next(verdict for verdict in verdicts if verdict[0])


def _on_short_day(rows: pl.DataFrame, kind: str, day: dt.date) -> tuple[str | None, str]:
    # A column that must be filled may hold a zero there; a row for the time has no such excuse.
    number = pl.col("value").cast(pl.Float64, strict=False).fill_null(0) != 0
    if kind == "stamp":
        absent, where, number = pl.col("minute") == 90, "01:30", pl.lit(value=True)
    else:
        absent = pl.col("slot").is_in(_SPRING_SLOTS[kind])
        where = "periods 47-48" if kind == "period" else "01:00-02:00"
    if rows.filter(absent & number).height:
        return "UTC", f"on {day} readings stand at {where}, which British clocks skip"
    runs = rows.group_by(SERIES if kind == "stamp" else "line").len()["len"]
    if (runs >= _MOST_OF_A_DAY).any():
        return LONDON, f"on {day} nothing stands at {where}, which British clocks skip"
    return None, ""


def _on_long_day(rows: pl.DataFrame, kind: str, day: dt.date) -> tuple[str | None, str]:
    if kind == "stamp":
        counts = rows.group_by(*SERIES).agg(
            repeated=(pl.col("minute") == 90).sum(), noon=(pl.col("minute") == 720).sum()
        )
        if counts.filter((pl.col("repeated") == 2) & (pl.col("noon") == 1)).height:
            return LONDON, f"on {day} 01:30 stands twice"
        return None, ""
    last = int(rows["slot"].max() or 0)  # type: ignore[arg-type]
    if last >= (49 if kind == "period" else 48):
        return LONDON, f"on {day} there are more than 48 readings"
    return None, ""


def columns_in_order(frame: pl.DataFrame) -> str:
    """Day that shows time labels to be mere places: the n-th column holds the n-th half-hour.

    On the short day such rows fill the columns of the hour that British clocks skip and leave the
    last two of the day empty. Empty where no day shows it; the file's last day shows nothing, since
    a file in UTC that stops an hour early looks the same.

    Parameters
    ----------
    frame
        ``line``, ``day``, ``slot`` of readings in a table with one row a day.
    """
    for day in sorted(frame["day"].drop_nulls().unique().to_list())[:-1]:
        if periods_in_day(day) != 46:
            continue
        rows = (
            frame.filter(pl.col("day") == day)
            .group_by("line")
            .agg(
                pl.col("slot").is_in([2, 3]).sum().alias("skipped"),
                pl.col("slot").is_in([46, 47]).sum().alias("last"),
                pl.len().alias("held"),
            )
        )
        if (
            rows.height
            and rows.select(
                (
                    (pl.col("skipped") == 2)
                    & (pl.col("last") == 0)
                    & (pl.col("held") > _MOST_OF_A_DAY)
                ).all()
            ).item()
        ):
            return str(day)
    return ""


def utc_starts(frame: pl.DataFrame, facts: Facts, zone: str) -> pl.DataFrame:
    """Frame with ``ts_utc`` (start) and ``time_code`` (why there is none).

    Parameters
    ----------
    frame
        ``day``, ``minute`` (wall minutes from midnight), ``slot``, ``offset`` (minutes, null
        where the stamp has none), ``occurrence`` (1, 2 where a wall time stands twice).
    """
    aware = pl.col("offset").is_not_null()
    at = pl.col("day").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minute"))
    known = (at - pl.duration(minutes=pl.col("offset"))).dt.replace_time_zone("UTC")
    frame = _periods(frame, zone) if facts.kind == "period" else _walls(frame, zone)
    frame = frame.with_columns(pl.when(aware).then(known).otherwise("ts_utc").alias("ts_utc"))
    if facts.kind == "stamp" and facts.side == "end" and not facts.shifted_labels:
        frame = frame.with_columns(pl.col("ts_utc") - pl.duration(minutes=facts.minutes))
    off = pl.col("ts_utc").dt.minute() % facts.minutes != 0
    known_code = pl.when(pl.col("ts_utc").is_not_null()).then(pl.lit("")).otherwise("time_code")
    return frame.with_columns(
        pl.when(off).then(pl.lit("off_grid")).otherwise(known_code).alias("time_code")
    )


def _midnights(days: pl.Series, zone: str) -> pl.DataFrame:
    unique = days.drop_nulls().unique().to_list()
    return pl.DataFrame(
        {
            "day": unique,
            "midnight": [period_start(day, 1, zone) for day in unique],
            "length": [periods_in_day(day, zone) for day in unique],
        },
        schema={"day": pl.Date, "midnight": UTC, "length": pl.Int32},
    )


def _periods(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    frame = frame.join(_midnights(frame["day"], zone), on="day", how="left", maintain_order="left")
    beyond = pl.col("slot") > pl.col("length")
    start = pl.col("midnight") + pl.duration(minutes=30 * (pl.col("slot") - 1))
    return frame.with_columns(
        pl.when(~beyond).then(start).alias("ts_utc"),
        pl.when(beyond).then(pl.lit("period_beyond_day")).otherwise(pl.lit("")).alias("time_code"),
    ).drop("midnight", "length")


def _walls(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    midnights = _midnights(frame["day"], zone)
    changed = _change_days(midnights, zone)
    frame = frame.with_columns(
        wall=(pl.col("minute") // 30).cast(pl.Int32), rest=pl.col("minute") % 30
    )
    frame = frame.join(midnights, on="day", how="left", maintain_order="left")
    frame = frame.join(changed, on=["day", "wall", "occurrence"], how="left", maintain_order="left")
    plain = pl.col("midnight") + pl.duration(minutes=pl.col("minute"))
    moved = pl.col("begins") + pl.duration(minutes=pl.col("rest"))
    usual = pl.col("length") == 48
    ambiguous = pl.col("twice").fill_null(value=False) & ~pl.col("told")
    code = (
        pl.when(usual)
        .then(pl.lit(""))
        .when(ambiguous)
        .then(pl.lit("repeated_hour_unknown"))
        .when(pl.col("begins").is_null())
        .then(pl.lit("time_does_not_exist"))
        .otherwise(pl.lit(""))
    )
    return frame.with_columns(
        pl.when(usual).then(plain).when(~ambiguous).then(moved).alias("ts_utc"),
        code.alias("time_code"),
    ).drop("midnight", "length", "begins", "twice", "wall", "rest")


def _change_days(midnights: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Wall slots of the days that have not 48 half-hours: each occurrence and its UTC start."""
    rows: list[tuple[dt.date, int, int, dt.datetime]] = []
    for day, _, length in midnights.filter(pl.col("length") != 48).iter_rows():
        seen: dict[int, int] = {}
        for period in range(1, length + 1):
            start = period_start(day, period, zone)
            local = start.astimezone(zone_of(zone))
            wall = local.hour * 2 + local.minute // 30
            seen[wall] = seen.get(wall, 0) + 1
            rows.append((day, wall, seen[wall], start))
    table = pl.DataFrame(rows, schema=_OCCURRENCES, orient="row")
    return table.with_columns(twice=pl.len().over("day", "wall") > 1)
