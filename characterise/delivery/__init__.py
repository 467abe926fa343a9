"""The delivery check: declared deliveries beside what the boundary meter shows.

The strongest thing it says is "unsupported by boundary data", always beside what else could
explain it, how small a shortfall it could have seen, and what would settle it.
"""

from __future__ import annotations

from characterise.delivery.check import Verdicts, event_days, verify
from characterise.delivery.inputs import attribution_of, expected_load
from characterise.delivery.run import verify_reads
from characterise.delivery.settings import VerifySettings

__all__ = [
    "Verdicts",
    "VerifySettings",
    "attribution_of",
    "event_days",
    "expected_load",
    "verify",
    "verify_reads",
]
