"""A coded statement about the data: serialisable, countable, never a log line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the data itself shows.

    Parameters
    ----------
    code
        Stable, lower-case, snake-case name, fit for counting and filtering.
    because
        One sentence for a person, with the figure that decided it.
    evidence
        The figures behind the sentence: plain strings and numbers.
    """

    code: str
    because: str
    evidence: Mapping[str, str | float | int | None] = field(default_factory=dict)
