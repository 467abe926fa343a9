"""One way to write a value as JSON, so that equal values have equal bytes and equal hashes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping, Sequence, Set
from enum import Enum
from typing import Any


def plain(value: object) -> Any:
    """Reduce a value to what JSON holds: no NaN (null instead), times as ISO 8601 text.

    Scalars and arrays of numerical libraries are taken by their ``item`` and ``tolist``.
    """
    if isinstance(value, (Mapping, Set)) or (
        isinstance(value, Sequence) and not isinstance(value, (str, bytes))
    ):
        return _plain_collection(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.datetime) and value.tzinfo:
        return utc_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, str)):
        return value.value if isinstance(value, Enum) else value
    return _plain_of_library(value)


def _plain_collection(value: Mapping[Any, Any] | Set[Any] | Sequence[Any]) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    items = [plain(held) for held in value]
    return sorted(items) if isinstance(value, Set) else items


def _plain_of_library(value: object) -> Any:
    for method in ("tolist", "to_list", "item"):
        convert = getattr(value, method, None)
        if callable(convert):
            return plain(convert())
    return str(value)


def canonical(value: object) -> str:
    """JSON text of a value: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(
        plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def sha256_of(value: object) -> str:
    """Hash of a value's canonical JSON, 64 hexadecimal digits."""
    return sha256_text(canonical(value))


def sha256_text(text: str) -> str:
    """Hash of a text's UTF-8 bytes, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def utc_text(at: dt.datetime) -> str:
    """ISO 8601 text in UTC with six decimals and a Z: texts sort as their times do."""
    text = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return text.removesuffix("+00:00") + "Z"
