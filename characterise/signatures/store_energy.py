"""Energy of a store: no night takes in more than it holds, and what goes in comes out."""

from __future__ import annotations

import numpy as np
from numba import njit

from characterise.signatures.store_state import FREE, NIGHT_FROM, at_night

FULLEST = 1.3
"""Energy that a night takes in at the most, of that of the usual night."""
LEAST_BACK, USUAL_BACK, MOST_BACK = 0.6, 0.75, 1.0
"""Share of what is taken in over a month that comes out again: at the least, with the losses of
a poor machine that stands much, and at the most."""
UNSEEN = 0.3
"""Share of what came out under which the charge seen of a store that soaks is none."""
STRETCHED = 1.5
"""How far a load that nobody saw is stretched for it at the most."""
_MONTH = 28
_LEAST_NIGHTS = 10


@njit(cache=True)
def trim_nights(slot, drawn, power, work):  # type: ignore[no-untyped-def]
    """End the charge of a night once it holds `FULLEST` of the usual: another load goes on.

    Parameters
    ----------
    slot, drawn
        (D, 48) wall-clock slot, and charge in kW.
    power
        Power of the store, kW.
    work
        Work space.
    """
    flat, clock = drawn.reshape(drawn.size), slot.reshape(slot.size)
    n = 0
    total = np.float32(0.0)
    for t in range(flat.size):
        if at_night(clock[t]):
            total += np.float32(0.5) * min(flat[t], power)
        elif total > 0:
            work[n] = total
            n += 1
            total = np.float32(0.0)
    if n < _LEAST_NIGHTS:
        return
    most = np.float32(FULLEST) * np.median(work[:n])
    total = np.float32(0.0)
    for t in range(flat.size):
        if not at_night(clock[t]) or clock[t] == NIGHT_FROM:
            total = np.float32(0.0)
        if at_night(clock[t]) and flat[t] > 0:
            flat[t] = min(flat[t], power, max(2 * (most - total), np.float32(0.0)))
            total += np.float32(0.5) * flat[t]


@njit(cache=True)
def keep_balance(state, power, hides, drawn, given):  # type: ignore[no-untyped-def]
    """Bring what comes out of each month to a share of what went in that a store can have.

    What is given at zero is a load that nobody saw, and is scaled first; then what went in, or
    what came out where most of the charge is seen.

    Parameters
    ----------
    state, drawn, given
        (D, 48) of `store_state.states`, and kW.
    hides
        Whether it fills from panels, of which nobody may have taken any out.
    """
    days = drawn.shape[0]
    for first in range(0, days, _MONTH):
        last = min(first + _MONTH, days)
        taken = drawn[first:last].sum()
        hidden = seen = np.float32(0.0)
        for d in range(first, last):
            for j in range(48):
                hidden += given[d, j] if state[d, j] != FREE else np.float32(0.0)
                seen += given[d, j] if state[d, j] == FREE else np.float32(0.0)
        least, most = np.float32(USUAL_BACK) * taken, np.float32(MOST_BACK) * taken
        if hidden > 0:
            wanted = (min(max(seen + hidden, least), most) - seen) / hidden
            scale = min(max(wanted, np.float32(1 / STRETCHED)), np.float32(STRETCHED))
            for d in range(first, last):
                for j in range(48):
                    if state[d, j] != FREE:
                        given[d, j] = min(given[d, j] * scale, power)
        back = given[first:last].sum()
        if taken > 0 and back < np.float32(LEAST_BACK) * taken:
            drawn[first:last] *= back / (np.float32(LEAST_BACK) * taken)
        elif back > most and not (hides and most < np.float32(UNSEEN) * back):
            given[first:last] *= most / back
