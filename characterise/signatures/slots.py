"""Each site's usual day: robust centre and spread by half-hour of the day."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit


@njit(cache=True)
def usual_day(x, column, centre, spread):  # type: ignore[no-untyped-def]
    """Median and robust sd of each of the 48 half-hours, NaN where under 5 days are known.

    Parameters
    ----------
    x
        (D, 48) kW, NaN where unusable.
    column
        (D,) work space.
    centre, spread
        (48,) filled: median, and 1.4826 times the median absolute deviation.
    """
    for j in range(48):
        n = 0
        for d in range(x.shape[0]):
            if not isnan(x[d, j]):
                column[n] = x[d, j]
                n += 1
        if n < 5:
            centre[j] = np.nan
            spread[j] = np.nan
            continue
        middle = np.median(column[:n])
        for k in range(n):
            column[k] = abs(column[k] - middle)
        centre[j] = middle
        spread[j] = 1.4826 * np.median(column[:n])
