"""One column brought to the type that the contract gives it, or the sentence that says why not.

Blank text is missing. A time is a date and time in ISO 8601 (without a zone it is UTC), never a
bare date or a number of which nobody says what it counts.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from characterise.errors import InvalidFrame

UTC: Final = pl.Datetime("us", "UTC")
_ISO: Final = r"^\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}"
_TRUTH: Final = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_WORDS: Final = {
    UTC: "times like 2026-03-29T00:30:00Z",
    pl.Boolean: "true or false",
    pl.String: "text",
}


def conform(frame: pl.DataFrame, column: str, dtype: Any) -> pl.Expr:
    """Expression that casts ``column`` of ``frame`` to ``dtype``; strict, so it may raise."""
    held = frame.schema[column]
    expression = pl.col(column)
    if held == pl.Categorical or isinstance(held, pl.Enum):
        held, expression = pl.String(), expression.cast(pl.String)
    if dtype == UTC:
        return _time(held, expression)
    if held == pl.String:
        trimmed = expression.str.strip_chars()
        filled = pl.when(trimmed != "").then(expression if dtype == pl.String else trimmed)
        if dtype == pl.Boolean:
            truth = filled.str.to_lowercase()
            return truth.replace_strict(_TRUTH, return_dtype=pl.Boolean).alias(column)
        return filled.cast(dtype).alias(column)
    if dtype == pl.String and held.is_float():
        # A file that was through a spreadsheet or pandas holds its identifiers as 1.2e12.
        return expression.cast(pl.Int64).cast(pl.String)
    return expression.cast(dtype)


def refuse(frame: pl.DataFrame, column: str, dtype: Any, name: str) -> None:
    """Raise `InvalidFrame` where ``column`` could be cast but would mean something else."""
    held, values = frame.schema[column], frame[column]
    wrong = None
    if dtype == UTC and held == pl.String:
        wrong = values.filter(~values.str.contains(_ISO) & (values.str.strip_chars() != ""))
    elif dtype == UTC and held not in (pl.Datetime, pl.Null, pl.Categorical):
        wrong = values.drop_nulls()
    elif dtype == pl.String and held.is_float():
        wrong = values.drop_nulls().filter(values.drop_nulls() != values.drop_nulls().round())
    if wrong is not None and len(wrong):
        raise InvalidFrame(sentence(name, column, dtype, wrong[0]))


def blame(frame: pl.DataFrame, column: str, dtype: Any, name: str) -> InvalidFrame | None:
    """Return what to raise for a column that cannot be cast; None where it can."""
    try:
        frame.select(conform(frame, column, dtype))
    except pl.exceptions.PolarsError:
        values = frame[column].drop_nulls()
        return InvalidFrame(sentence(name, column, dtype, _first_unfit(values, dtype)))
    return None


def sentence(name: str, column: str, dtype: Any, value: object) -> str:
    """What is wrong, where, and what to do."""
    wanted = _WORDS.get(dtype, "numbers")
    shown = repr(value) if isinstance(value, str) else str(value)
    return f"{name} holds {shown} in {column}, which takes {wanted}; correct it and run again"


def _time(held: pl.DataType, expression: pl.Expr) -> pl.Expr:
    if held == pl.String:
        trimmed = expression.str.strip_chars()
        return (
            pl.when(trimmed != "")
            .then(trimmed)
            .str.to_datetime(time_unit="us", time_zone="UTC")
            .alias(expression.meta.output_name())
        )
    if isinstance(held, pl.Datetime) and held.time_zone is None:
        return expression.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if isinstance(held, pl.Datetime):
        return expression.dt.convert_time_zone("UTC").cast(UTC)
    return expression.cast(UTC)


def _first_unfit(values: pl.Series, dtype: Any) -> object:
    if values.dtype == pl.String:
        values = values.str.strip_chars()
        if dtype == pl.Boolean:
            bad = ~values.str.to_lowercase().is_in(list(_TRUTH))
        elif dtype == UTC:
            bad = values.str.to_datetime(time_unit="us", time_zone="UTC", strict=False).is_null()
        else:
            bad = values.cast(dtype, strict=False).is_null()
        values = values.filter(bad & (values != ""))
    return values[0] if len(values) else None
