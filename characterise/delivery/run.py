"""The check over frames of any size: sites are independent, so they are taken some at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from characterise.delivery.check import Verdicts, verify
from characterise.delivery.claims import CLAIM, PARTY
from characterise.delivery.inputs import attribution_of, expected_load
from characterise.delivery.settings import VerifySettings
from characterise.finding import Finding
from characterise.frames import CUMULATIVE, GAMING, PAIRING, VERDICTS

SITES_AT_ONCE: Final = 400
"""Sites of one cube: about 0.5 GB with the expected load at 13 months."""


def verify_reads(
    reads: pl.DataFrame,
    declared: pl.DataFrame,
    *,
    meters: pl.DataFrame | None = None,
    weather: pl.DataFrame | None = None,
    asset_reads: pl.DataFrame | None = None,
    capability: pl.DataFrame | None = None,
    attribution: pl.DataFrame | None = None,
    settings: VerifySettings | None = None,
    progress: Callable[[int], None] | None = None,
) -> Verdicts:
    """Check every declared delivery of ``declared``; the frames are those of `frames`.

    Parameters
    ----------
    progress
        Called with the number of sites done since the last call.
    """
    sites = declared["mpan"].drop_nulls().unique().sort()
    parts: list[Verdicts] = []
    for first in range(0, len(sites), SITES_AT_ONCE):
        some = sites[first : first + SITES_AT_ONCE].implode()
        here = pl.col("mpan").is_in(some)
        mine = declared.filter(here)
        metered = None if asset_reads is None else asset_reads.filter(here)
        cube, expected = expected_load(reads.filter(here), mine, meters=meters, weather=weather)
        parts.append(
            verify(
                cube,
                mine,
                expected,
                capability=capability,
                attribution=None if attribution is None else attribution_of(attribution, cube),
                asset_reads=metered if metered is not None and metered.height else None,
                settings=settings,
            )
        )
        if progress is not None:
            progress(len(sites[first : first + SITES_AT_ONCE]))
    return _together(parts, unnamed=int(declared["mpan"].null_count()), paired=asset_reads)


def _together(parts: list[Verdicts], *, unnamed: int, paired: pl.DataFrame | None) -> Verdicts:
    totals: dict[str, tuple[int, str]] = {}
    for finding in (finding for part in parts for finding in part.findings):
        count, because = totals.get(finding.code, (0, ""))
        more = int(finding.evidence["half_hours"] or 0)
        totals[finding.code] = count + more, because or finding.because.split(" ", 1)[1]
    if unnamed:
        totals["declared_unnamed"] = unnamed, "declared half-hours name no meter point."
    pairings = [part.pairing for part in parts if part.pairing is not None]
    blank = None if paired is None else pl.DataFrame(schema=PAIRING)
    return Verdicts(
        _stack([part.verdicts for part in parts], VERDICTS).sort(CLAIM, nulls_last=False),
        _stack([part.cumulative for part in parts], CUMULATIVE).sort(PARTY, nulls_last=False),
        _stack(pairings, PAIRING).sort("mpan", "amsid") if pairings else blank,
        # Parties in order, screens of one party in the order of `GAMING_SCREENS`.
        _stack([part.gaming for part in parts], GAMING).sort(
            PARTY, nulls_last=False, maintain_order=True
        ),
        tuple(
            Finding(code, f"{count} {because}", {"half_hours": count})
            for code, (count, because) in totals.items()
        ),
    )


def _stack(frames: list[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)
