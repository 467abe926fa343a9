"""Penalised normal equations, solved in place: no allocation inside the rolling loops."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def solve(gram, moment, share, floor, lower, beta):  # type: ignore[no-untyped-def]
    """Fill ``beta`` with the Cholesky solution of (gram + penalty) beta = moment.

    Parameters
    ----------
    gram, moment
        (n, n) lower triangle of X'X, and (n,) X'y.
    share
        Each diagonal is raised by this share of itself: so many days that explained nothing.
    floor
        And by this much in the units of y'y: what hardly ever varies earns no large weight.
    lower
        (n, n) scratch.
    """
    n = moment.shape[0]
    for i in range(n):
        for j in range(i + 1):
            total = gram[i, j]
            if i == j:
                total = total * (1.0 + share) + floor + 1e-9
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            lower[i, j] = np.sqrt(max(total, 1e-12)) if i == j else total / lower[j, j]
    for i in range(n):
        total = moment[i]
        for k in range(i):
            total -= lower[i, k] * beta[k]
        beta[i] = total / lower[i, i]
    for i in range(n - 1, -1, -1):
        total = beta[i]
        for k in range(i + 1, n):
            total -= lower[k, i] * beta[k]
        beta[i] = total / lower[i, i]
