"""Sites with a known truth: a flat load, noise that remembers, deliveries real or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from characterise.baselines import Expected
from characterise.meter_cube import MeterCube, cube_from_reads

FIRST_DAY = dt.date(2025, 10, 6)  # a Monday, half a year across both kinds of day
MIDNIGHT = dt.datetime.combine(FIRST_DAY, dt.time(), dt.UTC)
EVENING = 34  # 17:00 UTC
LOAD_KW = 10.0


@dataclass
class Case:
    """Boundary power of a few sites, and what was declared behind them."""

    net_kw: np.ndarray  # (M, D, 48)
    expected_kw: np.ndarray
    declared: list[tuple[str, str, str | None, str, dt.datetime, float]] = field(
        default_factory=list
    )

    def dispatch(
        self,
        site: int,
        day: int,
        kw: float,
        *,
        fraction: float,
        fsp: str = "FLXA",
        amsid: str | None = "7700000000001",
        event: str | None = None,
        slots: Sequence[int] = (EVENING, EVENING + 1, EVENING + 2, EVENING + 3),
    ) -> None:
        """Declare ``kw`` in ``slots`` of a day and let the boundary fall by a fraction of it."""
        for slot in slots:
            self.net_kw[site, day, slot] -= fraction * kw
            at = MIDNIGHT + dt.timedelta(days=day, minutes=30 * slot)
            row = (event or f"E{day:04d}", mpan(site), amsid, fsp, at, 0.5 * kw)
            self.declared.append(row)

    def cube(
        self, meters: pl.DataFrame | None = None, quality: np.ndarray | None = None
    ) -> MeterCube:
        """Lay the boundary out as the engine reads it."""
        n_sites, n_days, _ = self.net_kw.shape
        n = n_days * 48
        times = pl.datetime_range(
            MIDNIGHT, MIDNIGHT + dt.timedelta(days=n_days), "30m", closed="left", eager=True
        )
        frame = pl.DataFrame(
            {
                "mpan": np.repeat([mpan(site) for site in range(n_sites)], n),
                "ts_utc": pl.concat([times] * n_sites),
                "import_kwh": 0.5 * np.maximum(self.net_kw, 0).reshape(-1),
                "export_kwh": 0.5 * np.maximum(-self.net_kw, 0).reshape(-1),
            }
        )
        if quality is not None:
            frame = frame.with_columns(pl.Series("quality", quality.reshape(-1)))
        return cube_from_reads(frame, meters, first_day=FIRST_DAY, n_days=n_days)

    def expected(self) -> Expected:
        """Return the expectation that the case was made with."""
        residual = self.net_kw - self.expected_kw
        wanted = self.expected_kw.astype(np.float32)
        spread = np.nanstd(residual, axis=1).astype(np.float32)
        return Expected(
            method=("ridge",) * len(wanted),
            used=np.zeros(wanted.shape, dtype=np.int8),
            expected_kw=wanted,
            lower=wanted - 1.6 * spread[:, None],
            upper=wanted + 1.6 * spread[:, None],
            sigma_kw=spread,
        )

    def declared_frame(self) -> pl.DataFrame:
        """Everything declared so far."""
        columns = ["event_id", "mpan", "amsid", "fsp_id", "ts_utc", "declared_kwh"]
        return pl.DataFrame(self.declared, schema=columns, orient="row").with_columns(
            pl.col("amsid").cast(pl.String)
        )


def mpan(site: int) -> str:
    """Return a made-up meter point; sorted as its sites are."""
    return f"{site:013d}"


def ar1(
    rng: np.random.Generator, n_sites: int, n_days: int, *, sigma: float, rho: float = 0.8
) -> np.ndarray:
    """Noise of standard deviation ``sigma`` kW that remembers, (M, D, 48)."""
    n = n_days * 48
    fresh = rng.normal(0, sigma * np.sqrt(1 - rho**2), (n_sites, n))
    fresh[:, 0] = rng.normal(0, sigma, n_sites)
    out = np.empty_like(fresh)
    out[:, 0] = fresh[:, 0]
    for k in range(1, n):
        out[:, k] = rho * out[:, k - 1] + fresh[:, k]
    return out.reshape(n_sites, n_days, 48)


def noisy_case(
    *, n_sites: int = 1, n_days: int = 280, sigma: float = 1.0, rho: float = 0.8, seed: int = 7
) -> Case:
    """Sites of 10 kW flat expected load and AR(1) noise around it."""
    rng = np.random.default_rng(seed)
    expected = np.full((n_sites, n_days, 48), LOAD_KW)
    return Case(expected + ar1(rng, n_sites, n_days, sigma=sigma, rho=rho), expected)


def working_days(n_days: int, *, since: int = 0) -> list[int]:
    """Day indexes of Mondays to Fridays outside the Christmas and Easter holidays."""
    free = {dt.date(2025, 12, 25), dt.date(2025, 12, 26), dt.date(2026, 1, 1)}
    days = [FIRST_DAY + dt.timedelta(days=k) for k in range(since, n_days)]
    return [since + k for k, day in enumerate(days) if day.weekday() < 5 and day not in free]
