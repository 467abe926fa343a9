"""Breaks of every class at every meter of a cube."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from characterise.meter_cube import MeterCube
from characterise.regimes.arrivals import Break, arrivals
from characterise.regimes.evidence import CLASSES, Evidence, evidence
from characterise.signatures.attribution import Attribution


def site_breaks(
    cube: MeterCube, parts: Sequence[Attribution]
) -> tuple[tuple[tuple[Break, ...], ...], ...]:
    """Breaks by part and by row of the part; none for classes outside `evidence.CLASSES`."""
    left = cube.net_kw
    for part in parts:
        left[part.rows] -= part.import_kw - part.export_kw
    sites: dict[int, dict[str, tuple[Evidence, int]]] = {}
    for part in parts:
        if part.asset_class not in CLASSES or not part.rows.size:
            continue
        own = left[part.rows] + part.import_kw - part.export_kw
        shown = evidence(cube, part, own)
        for k, row in enumerate(part.rows.tolist()):
            sites.setdefault(row, {})[part.asset_class] = (shown, k)
    found = {row: arrivals(classes) for row, classes in sites.items()}
    return tuple(
        tuple(
            tuple(found.get(int(row), {}).get(part.asset_class, ()))
            for row in np.asarray(part.rows)
        )
        for part in parts
    )
