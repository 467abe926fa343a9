"""Detections as the frame of the contract: one row for each meter and class, with its reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.capability.history import History
from characterise.frames import DETECTIONS, TIERS
from characterise.injection import Visibility
from characterise.meter_cube import MeterCube
from characterise.presence import Presence
from characterise.signatures import SIGNATURES
from characterise.signatures.attribution import Float
from characterise.sufficiency import Sufficiency

_CHANGED: Mapping[str, str] = {
    "installed": "It was not there from the first reading; its running began on {first}.",
    "removed": "It stopped running for good after {last}.",
    "resized": "Its size changed; the figures are those of the size since {start}.",
}

_UNSEEN_DAYS = 14
"""From so many days between what may be and what was seen on, both are told."""
_UNSEEN = " It shows only in the cold, and may have come at any time since {earliest}."


def detections_frame(
    cube: MeterCube,
    *,
    tables: Sequence[Float],
    sufficiency: Sufficiency,
    presence: Presence,
    visibility: Visibility,
    histories: Sequence[History],
) -> pl.DataFrame:
    """Build `characterise.frames.DETECTIONS`.

    Parameters
    ----------
    tables
        (M, F) features of each class, of `characterise.signatures.features`.
    visibility
        Smallest visible size of each class that is not seen; where no size is, a finding says so.
    """
    known = {
        (int(row), held.asset_class): (held, at)
        for held in histories
        for at, row in enumerate(held.rows)
    }
    rows = []
    for row, mpan in enumerate(cube.mpan):
        for place, name in enumerate(ASSET_CLASSES):
            stated = sufficiency.findings[row][name]
            enough = bool(presence.sufficient[row, place])
            codes = {finding.code for finding in stated} | set(presence.codes(row, place))
            why = [] if enough else [finding.because for finding in stated]
            if enough:
                why = SIGNATURES[place].reasons(tables[place][row])
            unseen = visibility.finding(row, place)
            if unseen is not None:
                codes.add(unseen.code)
                why.append(unseen.because)
            first, last, changed = _dates(cube, known.get((row, name)))
            rows.append(
                (
                    mpan,
                    name,
                    _number(presence.probability[row, place], enough),
                    _number(presence.lower[row, place], enough),
                    _number(presence.upper[row, place], enough),
                    TIERS[presence.tier[row, place]] if enough else None,
                    "sufficient" if enough else "insufficient",
                    sorted(codes | changed.keys()),
                    why + list(changed.values()),
                    _number(visibility.smallest_kw[row, place], True),
                    first,
                    last,
                )
            )
    return pl.DataFrame(rows, schema=DETECTIONS, orient="row")


def _number(value: np.float32, shown: bool) -> float | None:
    return float(value) if shown and np.isfinite(value) else None


def _dates(
    cube: MeterCube, found: tuple[History, int] | None
) -> tuple[dt.date | None, dt.date | None, dict[str, str]]:
    """First and last day seen, and a sentence for each kind of change."""
    if found is None or found[0].regimes.first_seen[found[1]] < 0:
        return None, None, {}
    held, at = found
    first = cube.day_of(int(held.regimes.first_seen[at]))
    last = cube.day_of(int(held.regimes.last_seen[at]))
    start = cube.day_of(int(held.regimes.start[at]))
    changes = {
        name: _CHANGED[name].format(first=first, last=last, start=start)
        for name in dict.fromkeys(held.regimes.changes[at])
    }
    earliest = cube.day_of(int(held.earliest[at]))
    if "installed" in changes and (first - earliest).days >= _UNSEEN_DAYS:
        changes["installed"] += _UNSEEN.format(earliest=earliest)
    return first, last, changes
