"""Two readings for one interval: the same again, an earlier arrival, or a conflict."""

from __future__ import annotations

from typing import Final

import polars as pl

from characterise.extracts.cells import Facts
from characterise.extracts.stamps import parse

KEY: Final = ("meter_point_id", "quantity", "ts_utc")


def one_each(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Frame with one accepted reading for each interval.

    Of different values the later stands where the file says which that is, else none does.
    """
    good = frame["code"] == ""
    shared = good & frame.select(*KEY).is_duplicated()
    if not shared.any():
        return frame
    twice = _with_arrival(frame.filter(shared), facts)
    twice = twice.with_columns(pl.col("kwh").cast(pl.Float32).alias("rounded"))
    told = (pl.col("came") != "").all() & (pl.col("came").n_unique() > 1)
    latest = pl.col("came") == pl.col("came").max()
    differs = pl.col("rounded").n_unique() > 1
    twice = twice.filter((~(differs & told) | latest).over(KEY))
    clash = differs.over(KEY)
    twice = twice.with_columns(
        pl.when(clash).then(pl.lit("conflicting_duplicate")).otherwise("code").alias("code")
    ).drop("rounded", "came")
    once = twice.filter(pl.col("code") == "").unique(KEY, keep="first", maintain_order=True)
    clashing = twice.filter(pl.col("code") != "")
    return pl.concat([frame.filter(~shared), once, clashing])


def _with_arrival(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """``came``: when the file says that a reading arrived, sortable; empty where it does not."""
    rows = []
    for text in frame["arrived"].unique().to_list():
        found = parse(text, order=facts.date_order or "day_first") if text else None
        clock = "" if found is None else f"{found.day} {found.minute or 0:04d} {text[-15:]}"
        rows.append((text, clock))
    table = pl.DataFrame(rows, schema={"arrived": pl.String, "came": pl.String}, orient="row")
    return frame.join(table, on="arrived", how="left", maintain_order="left")
