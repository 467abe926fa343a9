"""What the meters make of the true flows: two unsigned registers, rounding, gaps, estimates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.meter_cube import ACTUAL, ESTIMATED, MISSING
from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.site import Flow, SiteTrace
from characterise.simulate.timeline import Float

_REGISTER_STEPS = 1000
"""Readings are whole watt-hours."""


@dataclass(frozen=True, slots=True)
class Metered:
    """One meter's half-hours: kWh and quality codes of `characterise.meter_cube`, all (n,)."""

    import_kwh: Float
    export_kwh: Float
    quality: npt.NDArray[np.uint8]


def boundary(rng: np.random.Generator, trace: SiteTrace) -> Metered:
    """Read a site's boundary meter.

    Within a half-hour both registers can turn when generation and load swing past each other; the
    difference of the two is the net flow always.
    """
    spec = trace.spec
    imported, exported = turned(trace)
    if not spec.export_register:
        exported = np.zeros_like(exported)
    quality = np.full(len(imported), ACTUAL, dtype=np.uint8)
    if spec.estimates:
        quality = _stretches(rng, quality, ESTIMATED, per_year=5, longest_days=6)
        imported = _estimated(imported, quality)
        exported = _estimated(exported, quality)
    if spec.gaps:
        quality = _stretches(rng, quality, MISSING, per_year=7, longest_days=4)
    return Metered(_rounded(imported), _rounded(exported), quality)


def turned(trace: SiteTrace) -> tuple[Float, Float]:
    """(n,) kWh that the import and the export register turn by, before rounding and faults."""
    sources = sum((flow.export_kw for flow in trace.flows if flow.spec.asset == "pv"), np.zeros(1))
    swing = np.where(sources > 0.02, 0.12 * sources + 0.15 * np.minimum(trace.base_kw, 2.0), 0.0)
    net = np.broadcast_to(trace.net_kw, trace.base_kw.shape)
    return _registers(net / 2, np.broadcast_to(swing, net.shape) / 2)


def asset_meter(
    rng: np.random.Generator, flow: Flow, plant_kw: Float, *, gain: float = 1.0, lag: int = 0
) -> Metered:
    """Read one asset's own meter, with its own error.

    Parameters
    ----------
    gain
        Factor of a wrong transformer ratio; the meter's own class error comes on top.
    lag
        Half-hours by which its clock label runs late.
    """
    error = gain * (1 + 0.006 * rng.standard_normal())
    load = plant_kw if flow.spec.asset == "dr" else np.zeros_like(plant_kw)
    grain = 1 + 0.002 * rng.standard_normal(len(plant_kw))
    net = np.roll(load + flow.net_kw, lag) * error * grain
    offset = 0.002 * rng.random() if flow.spec.asset != "pv" else 0.0
    quality = np.full(len(net), ACTUAL, dtype=np.uint8)
    quality[rng.random(len(net)) < 0.003] = MISSING
    imported = np.maximum(net, 0) / 2 + offset
    return Metered(_rounded(imported), _rounded(np.maximum(-net, 0) / 2), quality)


def _rounded(kwh: Float) -> Float:
    return np.round(kwh * _REGISTER_STEPS) / _REGISTER_STEPS


def _stretches(
    rng: np.random.Generator,
    quality: npt.NDArray[np.uint8],
    code: int,
    *,
    per_year: float,
    longest_days: int,
) -> npt.NDArray[np.uint8]:
    out = quality.copy()
    count = 1 + rng.poisson(per_year * len(quality) / SLOTS_PER_DAY / 365)
    for start in rng.integers(0, len(quality), count):
        length = int(np.exp(rng.uniform(0, np.log(longest_days * SLOTS_PER_DAY))))
        out[start : start + length] = code
    return out


def _estimated(kwh: Float, quality: npt.NDArray[np.uint8]) -> Float:
    """Put the meter's own average of the slot where the reading is an estimate."""
    by_day = kwh.reshape(-1, SLOTS_PER_DAY)
    usual = np.broadcast_to(by_day.mean(axis=0), by_day.shape).reshape(-1)
    return np.where(quality == ESTIMATED, usual, kwh)


@njit(cache=True)
def _registers(net: Float, swing: Float) -> tuple[Float, Float]:
    """Expected import and export when the net swings normally about its mean inside the slot."""
    imported, exported = np.empty_like(net), np.empty_like(net)
    for i in range(len(net)):
        mean, spread = net[i], swing[i]
        out = max(-mean, 0.0)
        if spread > 0.0 and abs(mean) < 4.0 * spread:
            z = mean / spread
            density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
            below = 0.5 * math.erfc(z / math.sqrt(2.0))
            out = spread * density - mean * below
        exported[i] = max(out, 0.0)
        imported[i] = mean + exported[i]
    return imported, exported
