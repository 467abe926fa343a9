"""How much each row of training counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.training.histories import WHOLE

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

REAL: Final = "real"
SIMULATED: Final = "simulated"
OVERLAY: Final = "overlay"
SHARES: Final[Mapping[str, float]] = {REAL: 0.30, SIMULATED: 0.35, OVERLAY: 0.35}
"""Of each side of a class; what has no row leaves its share to the others."""


FEW: Final = 10.0
"""Sites of its smaller side at which a source counts by half."""


WHOLE_COUNTS: Final = 3.0
"""Other views, shorter or without export, that all of a site's history counts for."""


def weights(sites: pl.DataFrame, label: Array) -> Array:
    """(N,) weights, each side of the label summing to one half.

    Sources by `SHARES`, less where they have few sites of either side: one that only ever has the
    class, or never, would have it known by the source. Families of a source by the root of their
    size; all views of a site together as one site.
    """
    source, family = sites["source"].to_numpy(), sites["family"].to_numpy()
    each = np.where((sites["kept"] == WHOLE).to_numpy(), WHOLE_COUNTS, 1.0)
    each = (
        each
        / (sites.with_columns(pl.Series("each", each)).select(pl.col("each").sum().over("mpan")))[
            "each"
        ].to_numpy()
    )
    out = np.zeros(len(label))
    heard = {name: SHARES[name] * _told(each, label, source == name) for name in SHARES}
    for side in (0.0, 1.0):
        mine = label == side
        # Where no source has both sides there is no better choice than all of them.
        shares = heard if any(heard[name] for name in set(source[mine])) else SHARES
        for name, share in shares.items():
            here = (source == name) & mine
            if here.any():
                out += share * _by_family(family, here, each)
        out[mine] *= 0.5 / max(out[mine].sum(), 1e-12)
    return out


def _told(each: Array, label: Array, here: Flags) -> float:
    """How far a source is heard, by the sites of its smaller side."""
    fewest = min(float(each[here & (label == side)].sum()) for side in (0.0, 1.0))
    return fewest / (fewest + FEW)


def _by_family(family: npt.NDArray[np.str_], here: Flags, each: Array) -> Array:
    out = np.zeros(len(family))
    for name in np.unique(family[here]):
        own = here & (family == name)
        out[own] = each[own] / np.sqrt(each[own].sum())
    return np.asarray(out / out.sum())


def effective(weight: Array) -> float:
    """How many rows of one weight say as much (Kish)."""
    return float(weight.sum() ** 2 / max((weight**2).sum(), 1e-300))
