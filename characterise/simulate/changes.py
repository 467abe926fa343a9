"""Assets that come, go or grow inside the span, or come one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.site import AssetSpec

CHARGERS_KW: Final = (3.7, 7.4, 11.0, 22.0)
_ORDER: Final = {"pv": 0, "battery": 1, "ev": 2, "heat_pump": 3, "dr": 4}
"""The order in which homes usually come by them."""


def changed(
    rng: np.random.Generator, n: int, chance: float, asset: AssetSpec, most_kw: float = np.inf
) -> list[AssetSpec]:
    """One asset there throughout, or one that arrives, leaves, or grows once or twice.

    Parameters
    ----------
    n
        The span in half-hours.
    chance
        Of any change at all.
    most_kw
        Largest size it may grow to.
    """
    if rng.random() >= chance:
        return [asset]
    first, second = (_day(rng.uniform(*part), n) for part in ((0.2, 0.5), (0.6, 0.85)))
    at = first if rng.random() < 0.5 else second
    kind = rng.random()
    bigger = _bigger(asset, most_kw)
    if kind < 0.5 or (kind >= 0.7 and bigger is None):
        return [replace(asset, first=at)]
    if kind < 0.7 or bigger is None:
        return [replace(asset, last=at)]
    if kind < 0.85:
        return [replace(asset, last=at), replace(bigger, first=at)]
    if kind < 0.93:  # comes, then grows
        return [replace(asset, first=first, last=second), replace(bigger, first=second)]
    return [  # grows, then goes
        replace(asset, last=first),
        replace(bigger, first=first, last=second),
    ]


def in_sequence(rng: np.random.Generator, n: int, assets: Sequence[AssetSpec]) -> list[AssetSpec]:
    """Assets that come one after the other: solar, then a battery, then a car, then a heat pump.

    Only assets that stand throughout are moved; the first of them may have been there before.
    """
    whole = [one for one in assets if one.first == 0 and one.last is None]
    moved = sorted(whole, key=lambda one: _ORDER[one.asset])
    if len(moved) < 2:
        return list(assets)
    edges = np.linspace(0.1, 0.85, len(moved) + 1)
    times = [_day(rng.uniform(low, high), n) for low, high in pairwise(edges)]
    if rng.random() < 0.5:
        times[0] = 0
    arrived = [replace(one, first=at) for one, at in zip(moved, times, strict=True)]
    return [*(one for one in assets if one not in whole), *arrived]


def _day(share: float, n: int) -> int:
    """Start of the UTC day at a share of the span."""
    return int(share * n / SLOTS_PER_DAY) * SLOTS_PER_DAY


def _bigger(asset: AssetSpec, most_kw: float) -> AssetSpec | None:
    """The next size, None where there is none."""
    if asset.asset == "ev" and asset.kw <= CHARGERS_KW[-1]:
        larger = [kw for kw in CHARGERS_KW if asset.kw < kw <= most_kw]
        return replace(asset, kw=larger[0]) if larger else None
    kw = round(asset.kw * 1.7, 1)
    return replace(asset, kw=kw, kwh=round(asset.kwh * 1.7, 1)) if kw <= most_kw else None
