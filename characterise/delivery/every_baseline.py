"""The same event under every baseline: whether what is said of it hangs on the method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from characterise.baselines import METHODS, one_day_ahead
from characterise.delivery.check import event_days, verify
from characterise.frames import VERDICTS
from characterise.meter_cube import MeterCube

if TYPE_CHECKING:
    from characterise.baselines.expected import Expected
    from characterise.delivery.settings import VerifySettings
    from characterise.signatures.attribution import Attribution

_LINES: dict[str, Any] = {
    "method": pl.String,
    "ts_utc": pl.Datetime("us", "UTC"),
    "expected_kw": pl.Float32,
}
LINES: Final = pl.Schema(_LINES)
"""Expected net import of every half-hour of the cube, by method; null where there is none."""
_FIGURES: dict[str, Any] = {
    "method": pl.String,
    "served": pl.Int64,
    "event_id": pl.String,
    "fsp_id": pl.String,
    "amsid": pl.String,
    "verdict": pl.String,
    "declared_kwh": pl.Float32,
    "expected_kwh": pl.Float32,
    "boundary_kwh": pl.Float32,
    "fallen_kwh": pl.Float32,
    "p_value": pl.Float32,
    "min_detectable_kwh": pl.Float32,
}
FIGURES: Final = pl.Schema(_FIGURES)
"""One row a method and claim: what the check would say with this method. ``served``: half-hours of
the claim whose expectation in the check itself came from the method."""


@dataclass(frozen=True, slots=True)
class EveryBaseline:
    """One event as each method of `characterise.baselines` expects it."""

    lines: pl.DataFrame
    """`LINES`."""
    figures: pl.DataFrame
    """`FIGURES`."""


def under_every_baseline(
    cube: MeterCube,
    declared: pl.DataFrame,
    used: Expected,
    events: Sequence[str],
    *,
    capability: pl.DataFrame | None = None,
    attribution: Sequence[Attribution] | None = None,
    asset_reads: pl.DataFrame | None = None,
    settings: VerifySettings | None = None,
) -> EveryBaseline:
    """Run the check once a method.

    Parameters
    ----------
    cube
        One meter point.
    declared
        Everything declared there; its days are left out of every fit.
    used
        Expected load of the check itself, as `characterise.delivery.expected_load` gives it.
    events
        Events to give figures of.
    """
    days = event_days(declared, cube)
    stamps = pl.Series(cube.slot_times().reshape(-1)).dt.replace_time_zone("UTC")
    lines, figures = [LINES.to_frame()], [FIGURES.to_frame()]
    wanted = declared.filter(pl.col("event_id").is_in(list(events)))
    for index, method in enumerate(METHODS):
        expected = one_day_ahead(cube, method, exclude=days, refit="weekly")
        lines.append(
            pl.DataFrame(
                {
                    "method": method,
                    "ts_utc": stamps,
                    "expected_kw": expected.expected_kw[0].reshape(-1),
                }
            )
            .with_columns(pl.col("expected_kw").fill_nan(None))
            .cast(LINES)
        )
        found = verify(
            cube,
            declared,
            expected,
            capability=capability,
            attribution=attribution,
            asset_reads=asset_reads,
            settings=settings,
        ).verdicts
        mine = found.filter(pl.col("event_id").is_in(list(events)))
        figures.append(_figures(mine, method, _served(wanted, stamps, used.used[0] == index)))
    return EveryBaseline(pl.concat(lines), pl.concat(figures))


def _served(
    wanted: pl.DataFrame, stamps: pl.Series, mine: np.ndarray[Any, np.dtype[np.bool_]]
) -> pl.DataFrame:
    """How many half-hours of each claim the method served in the check."""
    at = pl.DataFrame({"ts_utc": stamps.cast(LINES["ts_utc"]), "mine": mine.reshape(-1)})
    return (
        wanted.with_columns(pl.col("ts_utc").cast(LINES["ts_utc"]))
        .join(at, on="ts_utc", how="left")
        .group_by("event_id", "fsp_id", "amsid")
        .agg(pl.col("mine").sum().cast(pl.Int64).alias("served"))
    )


def _figures(verdicts: pl.DataFrame, method: str, served: pl.DataFrame) -> pl.DataFrame:
    kept = verdicts.select(name for name in VERDICTS if name in FIGURES)
    return (
        kept.join(
            served,
            on=["event_id", "fsp_id", "amsid"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .with_columns(
            pl.lit(method).alias("method"),
            (pl.col("expected_kwh") - pl.col("boundary_kwh")).alias("fallen_kwh"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in FIGURES.items())
    )
