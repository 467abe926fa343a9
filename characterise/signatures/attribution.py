"""What a class explains of a site's half-hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from characterise.meter_cube import MeterCube

Float = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Mean power that one class explains, for K of a cube's meters.

    Zero where the class does not run, NaN where the boundary is unusable, never negative.
    """

    asset_class: str
    rows: Rows
    """(K,) indexes into the cube."""
    import_kw: Float
    """(K, D, 48) EV, heat pump: drawn. BESS: charge. FLEXIBLE_DEMAND: load raised."""
    export_kw: Float
    """(K, D, 48) SOLAR_PV: generation, the part used on site included. BESS: discharge.
    FLEXIBLE_DEMAND: load reduced against expectation."""


def attributed(asset_class: str, rows: Rows, drawn: Float, given: Float, net: Float) -> Attribution:
    """Bring two estimates into the contract: blank where ``net`` is blank, else at least zero.

    Parameters
    ----------
    drawn, given
        (K, D, 48) estimated import and export of the class, kW.
    net
        (K, D, 48) boundary net import, kW.
    """
    blank = np.isnan(net)
    for part in (drawn, given):
        np.nan_to_num(part, copy=False, nan=0.0)
        np.maximum(part, 0.0, out=part)
        part[blank] = np.nan
    return Attribution(asset_class, rows.astype(np.int32), drawn, given)


def net_of(cube: MeterCube, rows: Rows, left_kw: Float | None) -> Float:
    """(K, D, 48) net import of ``rows``: what others left, or the boundary itself."""
    if left_kw is not None:
        return left_kw
    return cube.import_kw[rows] - cube.export_kw[rows]
