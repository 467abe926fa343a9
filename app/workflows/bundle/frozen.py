"""One event's evidence as JSON text and back, exact to the last bit of every figure."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any, Final

import polars as pl

from app.workflows.claims import DeliveryEvidence

_FRAMES: Final = ("verdicts", "series", "assets", "cumulative")
_DTYPES: Final[dict[str, Any]] = {
    "String": pl.String,
    "Float32": pl.Float32,
    "Float64": pl.Float64,
    "Int32": pl.Int32,
    "Boolean": pl.Boolean,
    "List(String)": pl.List(pl.String),
    "Datetime(time_unit='us', time_zone='UTC')": pl.Datetime("us", "UTC"),
}


def written(evidence: DeliveryEvidence) -> bytes:
    """Evidence as JSON text."""
    content = {
        "event": evidence.event,
        **{name: getattr(evidence, name).write_json() for name in _FRAMES},
        "schemas": {
            name: {column: str(dtype) for column, dtype in getattr(evidence, name).schema.items()}
            for name in _FRAMES
        },
    }
    return json.dumps(content, default=iso, indent=1).encode()


def read(data: bytes) -> DeliveryEvidence:
    """Evidence that `written` made."""
    content = json.loads(data)
    event = content["event"]
    for name in ("start_utc", "end_utc"):
        event[name] = dt.datetime.fromisoformat(event[name])
    frames = {name: _frame(content[name], content["schemas"][name]) for name in _FRAMES}
    return DeliveryEvidence(event=event, **frames)


def iso(value: object) -> str:
    """A time as ISO 8601 text, anything else as its own."""
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def _frame(text: str, schema: dict[str, str]) -> pl.DataFrame:
    if text == "[]":
        return pl.DataFrame(schema={name: _DTYPES[dtype] for name, dtype in schema.items()})
    times = [name for name, dtype in schema.items() if dtype.startswith("Datetime")]
    held = {name: pl.String if name in times else _DTYPES[dtype] for name, dtype in schema.items()}
    frame = pl.read_json(io.StringIO(text), schema=held)
    return frame.with_columns(
        pl.col(name).str.to_datetime(time_unit="us", time_zone="UTC") for name in times
    )
