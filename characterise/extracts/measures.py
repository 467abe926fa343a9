"""Numbers and units of readings -> kWh, or kvarh for reactive quantities."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from characterise.extracts.cells import Facts
from characterise.extracts.vocabulary import (
    KWH_OF_UNIT,
    REACTIVE_UNITS,
    fuel_word,
    quantity_in,
    unit_word,
)

_REACTIVE = {"WH": "VARH", "KWH": "KVARH", "MWH": "MVARH", "KW": "KVAR", "MW": "MVAR"}


def measure(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Add ``number``, ``kwh``, ``unit_read``, ``quantity_id``, ``fuel_read`` and ``misfit``."""
    frame = _translate(frame, "unit", "unit_read", unit_word)
    frame = _translate(frame, "quantity", "quantity_read", quantity_in)
    frame = _translate(frame, "fuel", "fuel_read", fuel_word)
    reactive = pl.col("unit_read").is_in(list(REACTIVE_UNITS))
    quantity = pl.coalesce(
        pl.lit(facts.quantity, dtype=pl.String) if facts.quantity else pl.lit(None, pl.String),
        "quantity_read",
        pl.when(reactive).then(pl.lit("RI")),
        pl.lit("AI"),
    )
    own = pl.col("unit_read")
    # Whoever says kWh of a whole file means kvarh of its reactive rows.
    whole = (
        pl.when(quantity.str.starts_with("R"))
        .then(pl.lit(_REACTIVE.get(facts.unit or "", facts.unit), dtype=pl.String))
        .otherwise(pl.lit(facts.unit, dtype=pl.String))
    )
    # A person who answers after the numbers contradicted the file's own word overrules that word.
    unit = pl.coalesce(whole, own) if facts.unit_doubt and facts.unit_said else None
    factors = KWH_OF_UNIT | REACTIVE_UNITS
    # A mean power counts for as long as its interval; an energy is what it is.
    hours = facts.minutes / 30
    per_interval = {u: f * (1.0 if u.endswith("H") else hours) for u, f in factors.items()}
    frame = frame.with_columns(
        quantity.alias("quantity_read"),
        (pl.coalesce(own, whole) if unit is None else unit).alias("unit_read"),
    )
    number = number_of(pl.col("value"))
    factor = pl.col("unit_read").replace_strict(per_interval, default=None, return_dtype=pl.Float64)
    return frame.with_columns(
        number.alias("number"),
        (number * factor).alias("kwh"),
        pl.col("quantity_read").alias("quantity_id"),
        (
            pl.col("unit_read").is_in(list(REACTIVE_UNITS))
            != pl.col("quantity_read").str.starts_with("R")
        ).alias("misfit"),
    )


def number_of(text: pl.Expr) -> pl.Expr:
    """Number that a text holds, null where it holds none; ``="1.5"`` is the number 1.5."""
    bare = text.str.strip_prefix("=").str.strip_chars("\"' ")
    return bare.str.replace_all(r"[, ]", "").cast(pl.Float64, strict=False)


def _translate(
    frame: pl.DataFrame, column: str, into: str, meaning: Callable[[str], str | None]
) -> pl.DataFrame:
    words = frame[column].unique().to_list()
    table = pl.DataFrame(
        {column: words, into: [meaning(word) if word else None for word in words]},
        schema={column: pl.String, into: pl.String},
    )
    return frame.join(table, on=column, how="left", maintain_order="left", nulls_equal=True)
