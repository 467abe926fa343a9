"""A store that waits for calls: the power it gives in them, and the ones that it answers.

Together with `store_refill`: what a load sheds in a call is not taken in again at an hour of its
own; what a store gives is, with its losses. Without such an hour no fall is put down to a store.
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

from characterise.signatures.event_answers import N_KNOWN, WIDTH, answers
from characterise.signatures.ordinary_days import LEAD
from characterise.signatures.store_refill import filled_at, refill, rises, top_ups

LEAST_CALLS: Final = 3
"""Answered calls under which no habit is read from them."""
SURE: Final = 2.0
"""How many times more load giving must explain than taking would."""
WAITS: Final = 0.25
"""Share of what it gives in a call up to which a store that waits gives on a day without any."""
_HIGHER: Final = np.array([1.0, 1.5, 2.5])
"""Powers over that which explains most, from which on a store is looked for besides: a load that
sheds in more calls than the store answers explains more."""


@njit(cache=True)
def explained(residual, length, sign, power):  # type: ignore[no-untyped-def]
    """Load that giving ``power`` from the start of a call on explains, and for how long.

    What is explained is how much nearer to nothing the residuals come, kW half-hours; it is
    largest at the half-hour in which the store is empty.
    """
    total = best = 0.0
    stop = 0
    for t in range(length):
        r = sign * residual[LEAD + t]
        if not isnan(r):
            total += abs(r) - abs(r - power)
        if total > best:
            best, stop = total, t + 1
    return best, stop


@njit(cache=True)
def call_power(lengths, signs, residuals, least):  # type: ignore[no-untyped-def]
    """Power from ``least`` on that explains most of the falls in calls, kW; NaN of none.

    Parameters
    ----------
    lengths, signs, residuals
        Of `event_answers.answers`.

    Notes
    -----
    Falls that rises match as well are noise.
    """
    most, power = 0.0, np.nan
    for i in range(len(lengths)):
        tried = residuals[i, LEAD : LEAD + min(lengths[i], 2)].mean()
        if signs[i] <= 0 or not (tried > 0 and tried >= least):
            continue
        gained = lost = 0.0
        count = 0
        for e in range(len(lengths)):
            if signs[e] > 0:
                gain, stop = explained(residuals[e], lengths[e], 1.0, tried)
                gained += gain
                count += stop > 0
                lost += explained(residuals[e], lengths[e], -1.0, tried)[0]
        if count >= LEAST_CALLS and gained > SURE * lost and gained - lost > most:
            most, power = gained - lost, tried
    return power


@njit(cache=True)
def plateau(starts, lengths, signs, residuals, power):  # type: ignore[no-untyped-def]
    """Median over the answered calls of the first whole hour of each, kW.

    Of those that begin on the hour, if there are enough: hourly sources cut the others, and a
    store of an hour may be half empty in the first hour that lies inside one.
    """
    tops = np.empty(len(lengths))
    n = 0
    for cut in (0, 1):
        for e in range(len(lengths)):
            if signs[e] <= 0 or starts[e] % 2 != cut:
                continue
            if explained(residuals[e], lengths[e], 1.0, power)[1] == 0:
                continue
            first = LEAD + (cut if lengths[e] >= 2 + cut else 0)
            top = residuals[e, first : first + min(lengths[e], 2)].mean()
            if top > 0:
                tops[n] = top
                n += 1
        if n >= LEAST_CALLS:
            break
    return np.median(tops[:n]) if n else power


@njit(cache=True)
def give_in_calls(starts, lengths, signs, residuals, power, out):  # type: ignore[no-untyped-def]
    """Fill (T,) with what a store of that power gives in the calls that it answers, kW."""
    for e in range(len(starts)):
        if signs[e] <= 0:
            continue
        _, stop = explained(residuals[e], lengths[e], 1.0, power)
        for t in range(min(lengths[e], len(out) - starts[e]) if stop else 0):
            # The first half-hour may be cut, the last ones run empty.
            whole = 0 < t < stop
            least = 0.5 * power if whole else 0.0
            r = residuals[e, LEAD + t]
            out[starts[e] + t] = least if isnan(r) else min(max(r, least), power)


@njit(cache=True)
def _cycles(drawn, given, outs, calm, round_trip):  # type: ignore[no-untyped-def]
    """Energy said to pass on a day without calls, as a share of what is given in one call."""
    days = taken = back = called = calls = 0.0
    for t in range(len(outs)):
        called += outs[t]
        calls += outs[t] > 0 and (t == 0 or outs[t - 1] <= 0)
        if calm[t]:
            days += 1 / 48
            taken += drawn[t]
            back += given[t]
    return max(back, round_trip * taken) / max(days, 1.0) / (called / calls)


@njit(cache=True)
def in_calls(x, asked, warmth, sun, calendar, round_trip, drawn, given):  # type: ignore[no-untyped-def]
    """Bring what a store is said to do into line with its calls; return its power, NaN of none.

    Parameters
    ----------
    x
        (T,) load without panels, kW.
    asked, warmth, sun, calendar
        As `event_answers.answers` reads them.
    drawn, given
        (T,) kW, overwritten where the calls explain more.
    """
    known = np.empty((len(x) // 2 + 1, N_KNOWN))
    residuals = np.empty((len(x) // 2 + 1, WIDTH), np.float32)
    starts, lengths, signs = answers(x, asked, warmth, sun, calendar, known, residuals)
    outs, ins, rise = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    calm = np.empty(len(x), np.bool_)
    first = call_power(lengths, signs, residuals, 0.0)
    found, most, before = np.nan, 0.0, 0.0
    if isnan(first):
        return found
    for over in _HIGHER:
        power = call_power(lengths, signs, residuals, over * first)
        if isnan(power) or power == before:
            continue
        before = power
        power = plateau(starts, lengths, signs, residuals, power)
        outs[:] = 0.0
        give_in_calls(starts, lengths, signs, residuals, power, outs)
        rises(x, outs, calendar, calm, rise)
        gain = refill(outs, calendar[2], rise, power, round_trip)[3]
        if gain > most:
            most, found = gain, power
    if isnan(found):
        return found
    outs[:] = 0.0
    give_in_calls(starts, lengths, signs, residuals, found, outs)
    rises(x, outs, calendar, calm, rise)
    begin, wide, at, _ = refill(outs, calendar[2], rise, found, round_trip)
    at = filled_at(outs, calendar[2], rise, begin, wide, at, found, round_trip)
    top_ups(x, outs, calendar[2], calm, rise, begin, wide, at, round_trip, ins)
    alone = _cycles(drawn, given, outs, calm, round_trip) < WAITS
    for t in range(len(x)):
        if outs[t] > 0:
            drawn[t], given[t] = 0.0, outs[t]
        elif alone:
            drawn[t], given[t] = ins[t], 0.0
    return found
