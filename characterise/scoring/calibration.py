"""Does a stated probability come true as often as it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.scoring.intervals import NOTHING, ece_interval
from characterise.training.figures import balanced, mass_bins, squared_gaps, wilson

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

BINS: Final = 10
LEAST_A_BIN: Final = 5
"""Sites a bin under which calibration is not judged."""
_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibration of one class over some sites; NaN where there are too few, or of one side."""

    ece: float
    """Debiased, in bins of equal weight, at the prevalence that probabilities are stated at."""
    ece_lower: float
    ece_upper: float
    ece_plain: float
    """Mean absolute gap, without allowance for chance."""
    brier: float
    reliability: float
    """Part of the Brier score that perfect calibration would take away."""
    resolution: float
    """Part that telling sites apart took away from the uncertainty."""
    uncertainty: float
    spiegelhalter_z: float
    spiegelhalter_p: float
    hosmer_lemeshow: float
    hosmer_lemeshow_p: float


def calibration(
    probability: Array, label: Array, cluster: Index, *, prevalence: float = 0.5
) -> Calibration:
    """Judge calibration.

    Parameters
    ----------
    prevalence
        What the probabilities are stated at.

    Notes
    -----
    Error and score weigh the sides to the stated prevalence. The tests are of plain counts, so
    there each probability is first moved to the share of sites that have the class here.
    """
    if label.size < LEAST_A_BIN * 2 or label.min() == label.max():
        return Calibration(*(float("nan"),) * 12)
    bins = bins_for(label.size)
    even = restated(probability, prevalence, 0.5)
    weight = balanced(label)
    gaps = squared_gaps(even, label, weight, cluster=cluster, bins=bins)
    judged = bins == BINS
    interval = ece_interval(even, label, cluster, bins) if judged else NOTHING
    here = restated(probability, prevalence, float(label.mean()))
    return Calibration(
        float(np.sqrt(max(gaps.debiased, 0.0))) if judged else float("nan"),
        *interval,
        gaps.absolute if judged else float("nan"),
        float(np.dot(weight, (even - label) ** 2)),
        *_parts(even, label, weight, bins),
        *spiegelhalter(here, label),
        *hosmer_lemeshow(here, label, bins),
    )


def bins_for(sites: int) -> int:
    """Ten bins, fewer where they would hold under five sites each."""
    return int(np.clip(sites // LEAST_A_BIN, 1, BINS))


def restated(probability: Array, stated: float, wanted: float) -> Array:
    """Move probabilities from one prevalence to another."""
    p = np.clip(probability, _EDGE, 1 - _EDGE)
    shift = np.log(wanted / (1 - wanted)) - np.log(stated / (1 - stated))
    return np.asarray(0.5 * (1 + np.tanh(0.5 * (np.log(p / (1 - p)) + shift))))


def spiegelhalter(probability: Array, label: Array) -> tuple[float, float]:
    """Spiegelhalter's z (1986) of the Brier score, and the chance of one as far out."""
    from scipy.stats import norm  # noqa: PLC0415 - slow to import, seldom needed

    lean = 1 - 2 * probability
    variance = float((lean**2 * probability * (1 - probability)).sum())
    if not variance > 0:
        return NOTHING
    z = float(((label - probability) * lean).sum() / np.sqrt(variance))
    return z, float(2 * norm.sf(abs(z)))


def hosmer_lemeshow(probability: Array, label: Array, bins: int = BINS) -> tuple[float, float]:
    """Hosmer and Lemeshow's statistic over bins of equal count, as many degrees of freedom."""
    from scipy.stats import chi2  # noqa: PLC0415 - slow to import, seldom needed

    bin_of = mass_bins(probability, np.full(label.size, 1 / label.size), bins)
    expected = np.bincount(bin_of, probability, bins)
    variance = np.bincount(bin_of, probability * (1 - probability), bins)
    gap = np.bincount(bin_of, label, bins) - expected
    used = variance > 0
    statistic = float((gap[used] ** 2 / variance[used]).sum())
    return statistic, float(chi2.sf(statistic, int(used.sum())))


def reliability_rows(
    probability: Array, label: Array, *, prevalence: float = 0.5
) -> list[tuple[int, int, float, float, float, float]]:
    """Bin, sites, stated, came true and its Wilson interval, at a prevalence of one half.

    Notes
    -----
    The interval takes for count the sites that would say as much if all weighed alike.
    """
    if label.size < LEAST_A_BIN * 2 or label.min() == label.max():
        return []
    even, weight, bins = (
        restated(probability, prevalence, 0.5),
        balanced(label),
        bins_for(label.size),
    )
    bin_of = mass_bins(even, weight, bins)
    rows = []
    for number in np.unique(bin_of):
        part = bin_of == number
        share = weight[part] / weight[part].sum()
        rate = float(np.dot(share, label[part]))
        count = 1 / float((share**2).sum())
        stated = float(np.dot(share, even[part]))
        low, high = wilson(rate * count, count)
        rows.append((int(number), int(part.sum()), stated, rate, low, high))
    return rows


def _parts(
    probability: Array, label: Array, weight: Array, bins: int
) -> tuple[float, float, float]:
    """Murphy's (1973) reliability, resolution and uncertainty."""
    bin_of = mass_bins(probability, weight, bins)
    mass = np.maximum(np.bincount(bin_of, weight, bins), 1e-300)
    stated = np.bincount(bin_of, weight * probability, bins) / mass
    rate = np.bincount(bin_of, weight * label, bins) / mass
    base = float(np.dot(weight, label))
    return (
        float(np.dot(mass, (stated - rate) ** 2)),
        float(np.dot(mass, (rate - base) ** 2)),
        base * (1 - base),
    )
