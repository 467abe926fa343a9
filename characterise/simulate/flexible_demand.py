"""Commercial load that answers a call: less now, part of it later or before."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from characterise.simulate.timeline import Float

STYLES: Final = ("", "slow", "precool", "partial", "several")
"""At once and full; over some half-hours; with stock made before; to some calls; several plants."""


def response(
    rng: np.random.Generator,
    load_kw: Float,
    *,
    kw: float,
    calls: Float,
    style: str = "",
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
    style
        One of `STYLES`.
    longest_h
        Hours after which the load comes back whatever the call says.
    rebound
        Share of the energy shed that is taken again, over the next hours or (``precool``) before;
        drawn when None.

    Returns
    -------
    (n,) reduction kW and (n,) rebound kW; the site draws load - reduction + rebound.

    Notes
    -----
    The draws do not depend on the calls, so two runs differ by the calls alone.
    """
    if style not in STYLES:
        raise ValueError(f"no response goes by {style!r}; use one of {', '.join(STYLES)}")
    share = rng.uniform(0.2, 0.8) if rebound is None else rebound
    if style != "several":
        return _plant(rng, load_kw, kw, calls, style, longest_h, share)
    # Plants of their own size, of which some sit a call out.
    sizes = rng.dirichlet(np.full(int(rng.integers(2, 5)), 3.0))
    parts = []
    for number, size in enumerate(sizes):
        own = str(rng.choice(["", "slow", "partial"])) if number else "partial"
        plant = _plant(rng, load_kw * size, kw * size, calls, own, longest_h, share)
        parts.append(plant)
    return sum((part[0] for part in parts), np.zeros(1)), sum(
        (part[1] for part in parts), np.zeros(1)
    )


def _plant(
    rng: np.random.Generator,
    load_kw: Float,
    kw: float,
    calls: Float,
    style: str,
    longest_h: float,
    rebound: float,
) -> tuple[Float, Float]:
    depth = np.clip(1 + 0.08 * rng.standard_normal(len(load_kw)), 0.6, 1.3)
    lead = int(rng.integers(2, 6))
    steps = int(rng.integers(2, 5))
    joins, luck = rng.uniform(0.5, 0.85), rng.random(len(load_kw))
    strength = rng.uniform(0.4, 1.0, len(load_kw))
    asked = calls
    if style == "slow":
        asked = _ramped(calls, steps)
    elif style == "partial":
        asked = _joined(calls, luck < joins, strength)
    reduction = _shed(load_kw, asked * depth * kw, int(longest_h * 2))
    if style == "precool":
        before = _prepared(reduction, rebound, lead, kw)
        return reduction, before
    return reduction, _rebound(reduction, rebound, kw)


@njit(cache=True)
def _ramped(calls: Float, steps: int) -> Float:
    """A call followed over ``steps`` half-hours, and left as slowly within it, never after it."""
    out = np.zeros(len(calls))
    run = 0
    for i in range(len(calls)):
        run = run + 1 if calls[i] > 0 else 0
        out[i] = calls[i] * min(1.0, (run - 0.5) / steps)
    return out


@njit(cache=True)
def _joined(calls: Float, joins: np.ndarray, strength: Float) -> Float:
    """Calls that are answered at all, each by a depth of its own; drawn at its first half-hour."""
    out = np.zeros(len(calls))
    share = 0.0
    for i in range(len(calls)):
        if calls[i] > 0:
            if i == 0 or calls[i - 1] == 0.0:
                share = strength[i] if joins[i] else 0.0
            out[i] = calls[i] * share
    return out


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


@njit(cache=True)
def _prepared(reduction: Float, share: float, lead: int, kw: float) -> Float:
    """Cold or stock made over ``lead`` half-hours before each reduction, never above the rating."""
    out = np.zeros(len(reduction))
    i = 0
    while i < len(reduction):
        if reduction[i] <= 0:
            i += 1
            continue
        end, energy = i, 0.0
        while end < len(reduction) and reduction[end] > 0:
            energy += share * reduction[end]
            end += 1
        for back in range(max(0, i - lead), i):
            if reduction[back] <= 0:
                out[back] = min(out[back] + energy / lead, kw)
        i = end
    return out
