"""The response of each event, drawn to what the site usually does when it is called.

One event is its response and a day's noise. How far events differ more than ordinary days do says
how much of an event's own figure to believe (random-effects meta-analysis).
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

from characterise.signatures.event_answers import RESPONSE, SCATTER, SLOT_SCATTER
from characterise.signatures.ordinary_days import LEAD, TAIL
from characterise.signatures.signal_events import LONGEST

_EDGE: Final = 3
"""Half-hours at the start of a response that have a level of their own; later ones share one."""


@njit(cache=True)
def shrunken(values, sd):  # type: ignore[no-untyped-def]
    """(E,) estimates drawn to their random-effects mean; E known values, each with its sd.

    Notes
    -----
    DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177: the variance between events
    is what their spread has over their noise; each is drawn to the mean by its share of noise.
    """
    n = len(values)
    weight = 1.0 / np.maximum(sd * sd, 1e-12)
    total = weight.sum()
    mean = (weight * values).sum() / total
    between = 0.0
    if n > 1:
        excess = (weight * (values - mean) ** 2).sum() - (n - 1)
        between = max(0.0, excess / (total - (weight * weight).sum() / total))
    weight = 1.0 / np.maximum(sd * sd + between, 1e-12)
    mean = (weight * values).sum() / weight.sum()
    return mean + between / np.maximum(between + sd * sd, 1e-12) * (values - mean)


@njit(cache=True)
def _usual(parts, n, noise):  # type: ignore[no-untyped-def]
    """Mean of ``n`` values, drawn to zero by its own uncertainty (positive-part James-Stein)."""
    if n == 0:
        return 0.0
    mean = parts / n
    return mean * max(0.0, 1.0 - noise * noise / n / max(mean * mean, 1e-12))


@njit(cache=True)
def _place_in_shape(t, length):  # type: ignore[no-untyped-def]
    """Which level of the shape a half-hour of the window, counted from its start, belongs to."""
    return t if t < min(_EDGE, length) else _EDGE


@njit(cache=True)
def lay_responses(starts, lengths, signs, known, residuals, drawn, given):  # type: ignore[no-untyped-def]
    """Write the responses of one meter into what it drew more and what it drew less.

    Parameters
    ----------
    starts, lengths, signs, known, residuals
        Of `event_answers.answers`.
    drawn, given
        (N,) kW, filled: load raised, load reduced.
    """
    for sign in (1, -1):
        chosen = np.flatnonzero((signs == sign) & ~np.isnan(known[: len(starts), RESPONSE]))
        if len(chosen):
            _lay(chosen, starts, lengths, sign, known, residuals, drawn, given)


@njit(cache=True)
def _lay(chosen, starts, lengths, sign, known, residuals, drawn, given):  # type: ignore[no-untyped-def]
    size = shrunken(known[chosen, RESPONSE], known[chosen, SCATTER])
    noise = np.sqrt(np.mean(known[chosen, SLOT_SCATTER] ** 2))
    shape, tail = _shape(chosen, lengths, sign, known, residuals, noise)
    share = _believed(chosen, lengths, sign, known, residuals, shape, noise)
    less, more = (given, drawn) if sign > 0 else (drawn, given)
    for i in range(len(chosen)):
        e = chosen[i]
        if size[i] <= 0:
            continue
        depth = size[i] / max(size.mean(), 1e-9)
        for t in range(min(lengths[e], len(drawn) - starts[e])):
            usual = shape[_place_in_shape(t, lengths[e])]
            own = sign * residuals[e, LEAD + t] - known[e, RESPONSE] - usual
            value = size[i] + depth * usual + (0.0 if isnan(own) else share * own)
            less[starts[e] + t] = max(value, 0.0)
        for t in range(TAIL if lengths[e] < LONGEST else 0):
            at = starts[e] + lengths[e] + t
            if at < len(drawn) and less[at] == 0:
                more[at] = max(-depth * tail[t], 0.0)


@njit(cache=True)
def _shape(chosen, lengths, sign, known, residuals, noise):  # type: ignore[no-untyped-def]
    """Usual departure of a window's half-hours from its mean, and usual answer after it, kW."""
    shape, tail = np.zeros(_EDGE + 1), np.zeros(TAIL)
    count, tails = np.zeros(_EDGE + 1), np.zeros(TAIL)
    for e in chosen:
        for t in range(lengths[e]):
            own = sign * residuals[e, LEAD + t] - known[e, RESPONSE]
            if not isnan(own):
                shape[_place_in_shape(t, lengths[e])] += own
                count[_place_in_shape(t, lengths[e])] += 1
        for t in range(TAIL):
            own = sign * residuals[e, LEAD + lengths[e] + t]
            if not isnan(own):
                tail[t] += own
                tails[t] += 1
    for t in range(_EDGE + 1):
        shape[t] = _usual(shape[t], count[t], noise)
    spread = np.sqrt(np.mean(known[chosen, SCATTER] ** 2) + noise**2)
    for t in range(TAIL):
        tail[t] = _usual(tail[t], tails[t], spread)
    return shape, tail


@njit(cache=True)
def _believed(chosen, lengths, sign, known, residuals, shape, noise):  # type: ignore[no-untyped-def]
    """How much of a half-hour's own departure from the shape is more than an ordinary day's."""
    square = 0.0
    n = 0
    for e in chosen:
        for t in range(lengths[e]):
            own = sign * residuals[e, LEAD + t] - known[e, RESPONSE]
            if not isnan(own):
                square += (own - shape[_place_in_shape(t, lengths[e])]) ** 2
                n += 1
    return max(0.0, 1.0 - noise * noise / max(square / max(n, 1), 1e-12))
