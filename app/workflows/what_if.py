"""An asset put behind one meter, or taken away from it, in thought: nothing is written anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from app.workflows.characterise import tier_rule
from app.workspace import Workspace
from characterise import injection, presence, signatures, sufficiency
from characterise.asset_classes import ASSET_CLASSES, BESS, FLEXIBLE_DEMAND, HEAT_PUMP, SOLAR_PV
from characterise.detections import detections_frame
from characterise.meter_cube import MeterCube, cube_from_reads, describe_meters
from characterise.model import PresenceModel, load_model
from characterise.presence import TierRule
from characterise.settlement import SLOTS_PER_DAY
from characterise.weather import weather_of_meters

if TYPE_CHECKING:
    from app.workflows.evidence import MeterEvidence

Float = npt.NDArray[np.float32]

_HALF_HOUR_US: Final = 1_800_000_000
CANNOT_BE_LAID: Final = {
    HEAT_PUMP: "No outdoor temperature is known here, so there is nothing for heating to follow.",
    FLEXIBLE_DEMAND: "No dispatch signal covers this meter, so there is nothing to answer to.",
}
"""Why a class has no canonical asset at some meters."""
UNSEEN_EXPORT: Final = (
    "No export register is known here: what would be given to the grid is lost to sight."
)


@dataclass(frozen=True)
class Bench:
    """One meter point laid out, ready to be changed in thought."""

    cube: MeterCube
    """Of this one meter."""
    reads: pl.DataFrame
    """ts_utc, local_date, local_slot and net_kw as the dossier shows them, in order of time."""
    attributed_kw: dict[str, Float]
    """(1, D, 48) net load that the last run gave each class it saw, kW."""
    signals: pl.DataFrame | None
    model: PresenceModel
    rule: TierRule

    @cached_property
    def as_it_is(self) -> pl.DataFrame:
        """`characterise.frames.DETECTIONS` of the meter as it was read, by today's model."""
        return self.judged(self.cube)

    def largest_kw(self, asset_class: str) -> float:
        """Largest size of a class that makes sense here."""
        return float(injection.size_range(self.cube, asset_class)[1][0])

    def judged(self, cube: MeterCube) -> pl.DataFrame:
        """`characterise.frames.DETECTIONS` of some half-hours; no sizes, no dates."""
        enough = sufficiency.assess(cube)
        tables = signatures.features(cube, self.signals)
        found = presence.assess(cube, tables, enough.sufficient, self.model, rule=self.rule)
        return detections_frame(
            cube,
            tables=tables,
            sufficiency=enough,
            presence=found,
            visibility=injection.nothing_sought(cube.n_meters),
            histories=[],
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the meter would show."""

    before: pl.DataFrame
    """`characterise.frames.DETECTIONS` of the meter as it was read."""
    after: pl.DataFrame
    """The same of the half-hours with the change."""
    trace: pl.DataFrame
    """ts_utc, local_date, local_slot, net_kw as read and what_if_kw with the change."""
    notes: tuple[str, ...]
    """Sentences on what could not be done or would not be seen."""


def bench(workspace: Workspace, evidence: MeterEvidence) -> Bench | None:
    """Lay one meter point out; None where nothing was read."""
    reads = evidence.reads.filter(pl.col("ts_utc").is_not_null()).sort("ts_utc")
    if reads.is_empty():
        return None
    first, last = reads["ts_utc"][0].date(), reads["ts_utc"][-1].date()
    n_days = (last - first).days + 1
    meters = workspace.meters().filter(pl.col("mpan") == evidence.mpan)
    facts = describe_meters([evidence.mpan], meters if meters.height else None)
    facts, stations = weather_of_meters(facts, workspace.weather(), first, n_days)
    canonical = reads.select(
        pl.lit(evidence.mpan).alias("mpan"),
        "ts_utc",
        (pl.col("import_kw") / 2).alias("import_kwh"),
        (pl.col("export_kw") / 2).alias("export_kwh"),
        "quality",
    )
    cube = cube_from_reads(canonical, facts, stations, first_day=first, n_days=n_days)
    signals = workspace.signals()
    return Bench(
        cube=cube,
        reads=reads.select("ts_utc", "local_date", "local_slot", "net_kw"),
        attributed_kw=_attributed(cube, evidence.attribution),
        signals=signals if signals.height else None,
        model=load_model(),
        rule=tier_rule(workspace),
    )


def what_if(held: Bench, asset_class: str, kw: float, *, without: bool = False) -> Outcome:
    """Judge the half-hours with an asset more, or one less.

    Parameters
    ----------
    kw
        Size of the canonical asset of ``asset_class`` to put behind the meter; 0 puts none.
    without
        Take out first what the last run gave to the class.
    """
    cube, notes = held.cube, []
    if without and asset_class in held.attributed_kw:
        cube = injection.behind(cube, -held.attributed_kw[asset_class])
    if kw > 0:
        lay = injection.PREPARE[asset_class](cube, held.signals)
        change = lay(np.array([kw], dtype=np.float32))
        if np.isfinite(change).any():
            cube = injection.behind(cube, change)
            if asset_class in (BESS, SOLAR_PV) and cube.has_export[0] != 1:
                notes.append(UNSEEN_EXPORT)
        else:
            notes.append(CANNOT_BE_LAID.get(asset_class, "It cannot be laid onto these readings."))
    changed = cube is not held.cube
    return Outcome(
        before=held.as_it_is,
        after=held.judged(cube) if changed else held.as_it_is,
        trace=held.reads.with_columns(
            pl.Series("what_if_kw", cube.net_kw.reshape(-1)[_position(held.reads, cube)])
        ),
        notes=tuple(notes),
    )


def _position(frame: pl.DataFrame, cube: MeterCube) -> npt.NDArray[np.int64]:
    """Half-hour of the cube that each row's ``ts_utc`` is."""
    origin = np.datetime64(cube.first_day, "us").astype(np.int64)
    at = (frame["ts_utc"].dt.timestamp("us").to_numpy() - origin) // _HALF_HOUR_US
    return np.asarray(at, dtype=np.int64)


def _attributed(cube: MeterCube, attribution: pl.DataFrame) -> dict[str, Float]:
    out: dict[str, Float] = {}
    for name in ASSET_CLASSES:
        own = attribution.filter(pl.col("asset_class") == name)
        if own.is_empty():
            continue
        at = _position(own, cube)
        inside = (at >= 0) & (at < cube.n_days * SLOTS_PER_DAY)
        net = own.select(pl.col("import_kwh").fill_null(0) - pl.col("export_kwh").fill_null(0))
        flat = np.zeros(cube.n_days * SLOTS_PER_DAY, dtype=np.float32)
        flat[at[inside]] = 2 * net.to_series().to_numpy()[inside]
        out[name] = flat.reshape(1, cube.n_days, SLOTS_PER_DAY)
    return out
