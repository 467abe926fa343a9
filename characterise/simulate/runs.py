"""Runs of a device laid on half-hours exactly: the first and last slot take their true share."""

from __future__ import annotations

import numpy as np
from numba import njit

from characterise.simulate.timeline import Float


def mean_power(n: int, start: Float, length: Float, kw: Float) -> Float:
    """Mean power of each half-hour under many runs.

    Parameters
    ----------
    n
        Half-hours in the span.
    start, length
        (runs,) begin and duration, in half-hours from the start of the span; parts outside are cut.
    kw
        (runs,) power while running.

    Returns
    -------
    (n,) kW.
    """
    begin = np.clip(np.asarray(start, dtype=np.float64), 0, n)
    end = np.clip(np.asarray(start + length, dtype=np.float64), 0, n)
    step = np.zeros(n + 2)
    _add_edges(step, begin, np.asarray(kw, dtype=np.float64))
    _add_edges(step, end, -np.asarray(kw, dtype=np.float64))
    out = np.cumsum(step)[:n]
    out[np.abs(out) < 1e-9] = 0.0
    return out


def _add_edges(step: Float, at: Float, kw: Float) -> None:
    # A step of kw at time `at` gives the slot it falls in (1 - fraction) of it, later slots all.
    whole = np.floor(at).astype(np.int64)
    part = at - whole
    np.add.at(step, whole, kw * (1 - part))
    np.add.at(step, whole + 1, kw * part)


def smooth_noise(rng: np.random.Generator, n: int, memory: float) -> Float:
    """(n,) stationary AR(1) noise of unit variance with lag-one correlation ``memory``."""
    shock = rng.standard_normal(n)
    return _autoregress(shock, memory)


@njit(cache=True)
def _autoregress(shock: Float, memory: float) -> Float:
    gain = np.sqrt(1.0 - memory * memory)
    out = np.empty_like(shock)
    last = 0.0
    for i in range(len(shock)):
        last = shock[i] if i == 0 else memory * last + gain * shock[i]
        out[i] = last
    return out
