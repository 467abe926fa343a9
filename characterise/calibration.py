"""From a class's trees to a calibrated logit and its bounds, as training fitted them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.asset_classes import FLEXIBLE_DEMAND
from characterise.model import ClassModel, UnreadableModel

Array = npt.NDArray[np.float64]

BOUND_SD: Final = 1.6448536
"""Standard deviations of the logit to either bound: a central 90 % interval."""
YEAR_DAYS: Final = 365.0
LEAST_SLOPE: Final = 0.05
COVER: Final = {FLEXIBLE_DEMAND: "least_kw"}
"""Feature that says how large an asset must be to show: logarithm to base 10 of its kW."""
COVER_REACH: Final = (-1.5, 1.0)
"""Beyond which it counts no further."""
SETTLED_DAYS: Final = 90.0
"""Days after which a site's own figures have stopped moving much; fewer widen the bounds."""


def logit_of(
    part: ClassModel,
    table: npt.NDArray[np.floating],
    names: Sequence[str],
    days: npt.NDArray[np.float64] | float = YEAR_DAYS,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Calibrated logit and its standard deviation, (M,); NaN where no feature is known.

    Parameters
    ----------
    table
        (M, F) features of the class.
    names
        (F,) names of its columns.
    days
        (M,) days of readings that the features were computed from.
    """
    if not set(part.features) <= set(names):
        raise UnreadableModel(
            f"the model weighs features of {part.asset_class} that this program does not make; "
            "run `make train`"
        )
    columns = [names.index(name) for name in part.features]
    values = np.asarray(table, dtype=np.float64)[:, columns]
    known = np.isfinite(values).any(axis=1)
    short = np.broadcast_to(shortness(days), known.shape)
    cover = cover_of(part.asset_class, np.asarray(table, dtype=np.float64), names)
    logit = scaled(part.trees.logit(values), part.slope, part.offset, part.unseen, short, cover)
    spread = np.full(len(logit), np.hypot(part.fit_sd, part.transfer_sd))
    return np.where(known, logit, np.nan), spread


def scaled(
    raw: Array, slope: Array, offset: Array, unseen: Array, short: Array, cover: Array
) -> Array:
    """Platt scaling whose slope and offset move with the length of history, above a floor.

    Parameters
    ----------
    unseen
        (2,) of `ClassModel.unseen`.
    cover
        (M,) of `cover_of`.

    Notes
    -----
    Where a share u of the assets leaves no trace, nothing that a meter shows makes the odds of the
    class, at a prevalence of one half, less than u: they are u + (1 - u) times those of an asset
    that can be seen.
    """
    factor = np.maximum(slope[0] + slope[1] * short, LEAST_SLOPE)
    seen = factor * raw + offset[0] + offset[1] * short
    return floored(seen, unseen[0] + unseen[1] * cover)


def floored(seen: Array, unseen: Array) -> Array:
    """Logit of the class from that of a visible asset of it and that of the share unseen."""
    return np.asarray(np.logaddexp(-np.logaddexp(0.0, -unseen), -np.logaddexp(0.0, unseen) + seen))


def cover_of(asset_class: str, table: Array, names: Sequence[str]) -> Array:
    """(M,) how much a site could hide, by the feature of `COVER`; zero for other classes."""
    name = COVER.get(asset_class)
    if name not in names:
        return np.zeros(len(table))
    return np.clip(np.nan_to_num(table[:, names.index(name)]), *COVER_REACH)


def shortness(days: npt.NDArray[np.float64] | float) -> npt.NDArray[np.float64]:
    """How short the history is: logarithm of a year over ``days``, zero from a year on."""
    return np.log(YEAR_DAYS / np.clip(np.asarray(days, dtype=np.float64), 1.0, YEAR_DAYS))


def bounds(part: ClassModel, logit: Array, spread: Array) -> tuple[Array, Array]:
    """Lower and upper logit, (M,): Venn-Abers, then ``spread`` standard deviations on."""
    least, most = evidence(part, logit)
    reach = BOUND_SD * spread
    return np.minimum(least, logit) - reach, np.maximum(most, logit) + reach


def evidence(part: ClassModel, logit: Array) -> tuple[Array, Array]:
    """Lower and upper Venn-Abers logit at (M,) calibrated logits.

    Notes
    -----
    Vovk and Petej (2014): the two isotonic fits to the sites known, once with the new one counted
    as without the class and once as with it.
    """
    place = np.clip(np.searchsorted(part.knots, logit), 0, len(part.knots) - 1)
    return part.least[place], part.most[place]


def widening(days: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(M,) factor on the standard deviation of the logit for the days of readings there are."""
    return np.asarray(np.sqrt(1 + SETTLED_DAYS / np.maximum(days, 1.0)))
