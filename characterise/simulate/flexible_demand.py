"""Commercial load that answers a call: less now, part of it later."""

from __future__ import annotations

import numpy as np
from numba import njit

from characterise.simulate.timeline import Float


def response(
    rng: np.random.Generator,
    load_kw: Float,
    *,
    kw: float,
    calls: Float,
    longest_h: float = 3.0,
    rebound: float | None = None,
) -> tuple[Float, Float]:
    """Reduction and rebound of a site's sheddable load.

    Parameters
    ----------
    load_kw
        (n,) load that can be shed, as it would have been.
    kw
        Most that is ever shed.
    calls
        (n,) share asked for in each half-hour, 0 to 1.
    longest_h
        Hours after which the load comes back whatever the call says.
    rebound
        Share of the energy shed that is taken again over the next hours; drawn when None.

    Returns
    -------
    (n,) reduction kW and (n,) rebound kW; the site draws load - reduction + rebound.
    """
    share = rng.uniform(0.2, 0.8) if rebound is None else rebound
    depth = np.clip(1 + 0.08 * rng.standard_normal(len(load_kw)), 0.6, 1.3)
    reduction = _shed(load_kw, calls * depth * kw, int(longest_h * 2))
    return reduction, _rebound(reduction, share, kw)


@njit(cache=True)
def _shed(load: Float, wanted: Float, longest: int) -> Float:
    out = np.zeros(len(load))
    run = 0
    for i in range(len(load)):
        run = run + 1 if wanted[i] > 0 else 0
        if 0 < run <= longest:
            out[i] = min(wanted[i], 0.85 * load[i])
    return out


@njit(cache=True)
def _rebound(reduction: Float, share: float, kw: float) -> Float:
    """Energy owed is taken back at a quarter an hour, never above the rating."""
    out = np.zeros(len(reduction))
    owed = 0.0
    for i in range(len(reduction)):
        if reduction[i] > 0:
            owed += 0.5 * share * reduction[i]
        elif owed > 1e-3:
            taken = min(owed * 0.3, 0.5 * kw)
            out[i] = 2 * taken
            owed -= taken
    return out
