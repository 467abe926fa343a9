"""What each site does without an event: residuals, their spread and memory, the ordinary days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.delivery.claims import OUTSIDE, Claims
from characterise.meter_cube import MeterCube
from characterise.settlement import SLOTS_PER_DAY

if TYPE_CHECKING:
    from characterise.baselines.expected import Expected
    from characterise.delivery.settings import VerifySettings

_NOON = SLOTS_PER_DAY // 2
MAX_RHO = 0.99
METER_STEP_KW = 0.002
"""A meter that counts watt-hours resolves no less than this over a half-hour."""


@dataclass(frozen=True, slots=True)
class Ground:
    """R sites with claims, N = D x 48 half-hours; all power in kW."""

    rows: npt.NDArray[np.int64]
    """(R,) cube row of each site, ascending."""
    boundary_kw: npt.NDArray[np.float32]
    """(R, N) net import, NaN where unusable."""
    expected_kw: npt.NDArray[np.float32]
    """(R, N) expected net import, NaN where nothing can be expected."""
    residual_kw: npt.NDArray[np.float32]
    """(R, N) expected less boundary: positive where net import fell."""
    quality: npt.NDArray[np.uint8]
    """(R, N) quality codes of the cube."""
    blocked: npt.NDArray[np.bool_]
    """(R, N) half-hours of an event or near one: no ordinary load."""
    sigma_kw: npt.NDArray[np.float64]
    """(R, 48) standard deviation of ordinary residuals by UTC slot."""
    rho: npt.NDArray[np.float64]
    """(R,) correlation of neighbouring ordinary residuals."""
    never_exports: npt.NDArray[np.bool_]
    """(R,) the site is not known to have an export register."""
    clock: npt.NDArray[np.int64]
    """(R,) clock of each site."""
    working: npt.NDArray[np.bool_]
    """(Z, N) whether the local date is a working day."""
    offset: npt.NDArray[np.int64]
    """(Z, D) half-hours by which the local clock is ahead of UTC at noon."""

    def place(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Index into this ground of cube rows, all of which it holds."""
        return np.searchsorted(self.rows, rows)


def ground_of(
    cube: MeterCube, claims: Claims, expected: Expected, settings: VerifySettings
) -> Ground:
    """Gather the ordinary load of every site with claims.

    Notes
    -----
    Sigma and rho are taken over ordinary half-hours alone; where a slot has too few, the site's
    mean serves. Offsets are those of noon, so windows keep their local time over a clock change.
    """
    rows = np.unique(claims.row[claims.row != OUTSIDE])
    flat = (len(rows), cube.n_days * SLOTS_PER_DAY)
    boundary = (cube.import_kw[rows] - cube.export_kw[rows]).reshape(flat)
    wanted = expected.expected_kw[rows].reshape(flat)
    residual = wanted - boundary
    blocked = _blocked(claims, rows, flat, settings)
    sigma, rho = spread_and_memory(residual, blocked, expected.sigma_kw[rows].astype(np.float64))
    working = np.stack([clock.working.reshape(-1) for clock in cube.clocks])
    noon = np.stack([clock.slot[:, _NOON].astype(np.int64) - _NOON for clock in cube.clocks])
    # Zones far east of Greenwich are in the next day at noon UTC: keep the offset continuous.
    offset = (noon + _NOON) % SLOTS_PER_DAY - _NOON
    return Ground(
        rows=rows,
        boundary_kw=boundary,
        expected_kw=wanted,
        residual_kw=residual,
        quality=cube.quality[rows].reshape(flat),
        blocked=blocked,
        sigma_kw=sigma,
        rho=rho,
        never_exports=cube.has_export[rows] != 1,
        clock=cube.clock[rows].astype(np.int64),
        working=working,
        offset=offset,
    )


def _blocked(
    claims: Claims,
    rows: npt.NDArray[np.int64],
    flat: tuple[int, int],
    settings: VerifySettings,
) -> npt.NDArray[np.bool_]:
    blocked = np.zeros(flat, dtype=np.bool_)
    cube_row = claims.row[claims.claim_of_half_hour()]
    inside = (cube_row != OUTSIDE) & (claims.cell != OUTSIDE)
    row = np.searchsorted(rows, cube_row[inside])
    for step in range(-settings.lead_half_hours, settings.recovery_half_hours + 1):
        near = claims.cell[inside] + step
        kept = (near >= 0) & (near < flat[1])
        blocked[row[kept], near[kept]] = True
    return blocked


@njit(cache=True)
def spread_and_memory(residual, blocked, sigma):  # type: ignore[no-untyped-def]
    """Sigma by slot with gaps filled, and lag-one correlation of standardised residuals.

    Parameters
    ----------
    residual
        (R, N) kW.
    blocked
        (R, N) true where the load is no ordinary one.
    sigma
        (R, 48) kW, NaN where unknown.

    Returns
    -------
    tuple of arrays
        (R, 48) and (R,). Sigma is NaN where a site has no ordinary residual at all.
    """
    n_sites, n = residual.shape
    filled = sigma.copy()
    rho = np.zeros(n_sites)
    for r in range(n_sites):
        total, count = 0.0, 0
        for k in range(n):
            e = residual[r, k]
            if np.isfinite(e) and not blocked[r, k]:
                total += e * e
                count += 1
        mean = max(np.sqrt(total / count), METER_STEP_KW) if count > 1 else np.nan
        for s in range(48):
            if not filled[r, s] > 0.05 * mean:
                filled[r, s] = mean
            filled[r, s] = max(filled[r, s], METER_STEP_KW)
        top, bottom = 0.0, 0.0
        for k in range(1, n):
            a, b = residual[r, k - 1], residual[r, k]
            ordinary = not (blocked[r, k] or blocked[r, k - 1])
            if ordinary and np.isfinite(a) and np.isfinite(b):
                a /= filled[r, (k - 1) % 48]
                b /= filled[r, k % 48]
                top += a * b
                bottom += 0.5 * (a * a + b * b)
        if bottom > 0:
            rho[r] = min(max(top / bottom, 0.0), MAX_RHO)
    return filled, rho
