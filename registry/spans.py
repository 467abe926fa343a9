"""Spans of days with an exclusive end; an open end is None."""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import model_validator

from registry.records import Record


class DatedRecord(Record):
    """A record that holds from a day until, but not on, another.

    Parameters
    ----------
    valid_from
        First local settlement day on which it holds.
    valid_to
        First day on which it holds no more; None while no end is known.
    """

    valid_from: dt.date
    valid_to: dt.date | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError(
                f"valid_to {self.valid_to} is not after valid_from {self.valid_from}; "
                "the end day itself is not included"
            )
        return self


def overlap(a_from: dt.date, a_to: dt.date | None, b_from: dt.date, b_to: dt.date | None) -> bool:
    """Whether two spans share a day."""
    return (b_to is None or a_from < b_to) and (a_to is None or b_from < a_to)


def days(valid_from: dt.date | str, valid_to: dt.date | str | None) -> str:
    """Words for a span, as a person reads it."""
    return f"from {valid_from} until {valid_to}" if valid_to else f"from {valid_from} on"
