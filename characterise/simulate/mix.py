"""How often each thing stands at a site, and which draw makes a home or a business of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from characterise.simulate.business_mix import draw_business
from characterise.simulate.home_mix import draw_home

__all__ = ["DEFAULT_MIX", "draw_business", "draw_home", "full_mix"]

DEFAULT_MIX: Final[dict[str, float]] = {
    "ev": 0.35,
    "heat_pump": 0.25,
    "battery": 0.2,
    "pv": 0.35,
    "dr": 0.4,
    "confounder": 0.4,
    "change": 0.15,
    "gaps": 0.15,
    "estimates": 0.1,
    "enrolled": 0.35,
    "sequence": 0.15,
    "v2g": 0.06,
    "three_phase": 0.12,
    "export_limit": 0.25,
    "own_connection": 0.06,
}
"""Chances for each site. Among fewer: ``dr`` and ``own_connection`` among businesses, ``enrolled``
among flexible sites, ``sequence`` among homes of several assets, ``v2g`` among homes that charge a
car, ``three_phase`` among homes, ``export_limit`` among those with inverters above G98.
They are chosen so that training sees each kind, and are no estimate of how common it is."""


def full_mix(mix: Mapping[str, float] | None) -> dict[str, float]:
    """`DEFAULT_MIX` with some chances replaced; `ValueError` names a key that does not exist."""
    unknown = sorted(set(mix or {}) - set(DEFAULT_MIX))
    if unknown:
        raise ValueError(f"the mix has no {', '.join(unknown)}; it has {', '.join(DEFAULT_MIX)}")
    return {**DEFAULT_MIX, **(mix or {})}
