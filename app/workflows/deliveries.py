"""Declared deliveries of a workspace beside its boundary meters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from app.ledger_frame import frame_of
from app.workflows.standing import COMPARED_AS
from app.workspace import Workspace
from characterise.finding import Finding
from characterise.frames import ASSET_READS, DECLARED, PAIRING
from registry import asset_meters, assets, settings
from registry import declared as deliveries

if TYPE_CHECKING:
    from characterise.baselines import Expected
    from characterise.delivery.settings import VerifySettings
    from characterise.meter_cube import MeterCube


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """What one check of all declared deliveries came to."""

    claims: int
    verdicts: dict[str, int]
    """Claims by verdict."""
    unsupported_series: int
    """Parties whose events together are unsupported."""
    findings: tuple[Finding, ...] = ()
    """Declared half-hours that could not be used."""
    versions: dict[str, int] = field(default_factory=dict)
    """Committed version of each result table."""


def verify(
    workspace: Workspace,
    *,
    actor: str,
    reason: str,
    progress: Callable[[int], None] | None = None,
) -> DeliverySummary:
    """Check every declared delivery, publish the verdicts and commit them.

    Parameters
    ----------
    progress
        Called with the number of sites done since the last call.
    """
    from characterise.delivery import verify_reads

    with workspace.writing():
        declared = claimed_classes(workspace)
        points = declared["mpan"].unique().sort().to_list()
        held = workspace.committed()
        result = verify_reads(
            boundary_reads(workspace, points),
            declared,
            meters=workspace.meters(),
            weather=workspace.weather(),
            asset_reads=asset_reads(workspace, declared),
            capability=workspace.results("capability"),
            attribution=workspace.results("attribution") if "attribution" in held else None,
            settings=verify_settings(workspace),
            progress=progress,
        )
        pairing = pl.DataFrame(schema=PAIRING) if result.pairing is None else result.pairing
        frames = {
            "verdicts": result.verdicts,
            "cumulative": result.cumulative,
            "pairing": pairing,
            "gaming": result.gaming,
        }
        versions = workspace.profiles.publish(frames)
        counts = dict(sorted(result.verdicts["verdict"].value_counts().iter_rows()))
        series = int((result.cumulative["verdict"] == "unsupported").sum())
        detail = {
            "claims": result.verdicts.height,
            "verdicts": counts,
            "unsupported_series": series,
            "findings": {finding.code: finding.because for finding in result.findings},
        }
        with workspace.ledger.write(actor=actor, reason=reason) as tx:
            workspace.commit(tx, "verify", versions, detail)
    return DeliverySummary(result.verdicts.height, counts, series, result.findings, versions)


def expected_load(
    workspace: Workspace, mpan: str, declared: pl.DataFrame
) -> tuple[MeterCube, Expected] | None:
    """Boundary and expected load of one meter point, as the check forms them.

    Parameters
    ----------
    declared
        Everything declared behind this meter point: its days are left out of every fit.

    Returns
    -------
    tuple or None
        None where no boundary read is held.
    """
    from characterise.delivery import expected_load as load

    reads = boundary_reads(workspace, [mpan])
    if reads.is_empty():
        return None
    return load(reads, declared, meters=workspace.meters(), weather=workspace.weather())


def verify_settings(workspace: Workspace, *, as_at: str | None = None) -> VerifySettings:
    """Settings of the check, with what the workspace's ledger says of them, now or at a moment."""
    from characterise.delivery.settings import VerifySettings

    with workspace.ledger.read() as db:
        return VerifySettings(
            false_flag_rate=settings.value(db, "delivery_false_alarm", as_at=as_at)
        )


def boundary_reads(workspace: Workspace, meter_points: list[str]) -> pl.DataFrame:
    """Committed boundary reads of meter points: `frames.READS` and quality."""
    return workspace.boundary(meter_points)


def claimed_classes(workspace: Workspace, *, as_at: str | None = None) -> pl.DataFrame:
    """`frames.DECLARED` with the observable class of each asset, null where nobody knows.

    Parameters
    ----------
    as_at
        Moment [ISO 8601, UTC] at which the register is read; now where None.
    """
    with workspace.ledger.read() as db:
        category = {row["asset_id"]: row["asset_class"] for row in assets.current(db, as_at)}
        kind = {
            row["import_amsid"]: COMPARED_AS.get(category.get(row["asset_id"], ""))
            for row in asset_meters.current(db, as_at)
        }
        declared = frame_of(deliveries.current(db, as_at), DECLARED)
    known = pl.Series([kind.get(name) for name in declared["amsid"].to_list()], dtype=pl.String)
    return declared.with_columns(known.alias("asset_class")).select(*DECLARED, "asset_class")


def asset_reads(
    workspace: Workspace, declared: pl.DataFrame, *, as_at: str | None = None
) -> pl.DataFrame | None:
    """Asset-meter reads behind the claimed meter points: `frames.ASSET_READS` and quality.

    An export AMSID counts under its import AMSID. None where no asset meter was ever read.
    ``as_at`` [ISO 8601, UTC]: only what had arrived and was registered by then.
    """
    version = workspace.committed().get("asset_reads")
    if version is None:
        return None
    owner = dict(declared.select("amsid", "mpan").drop_nulls().unique().sort("mpan").iter_rows())
    same = {name: name for name in owner}
    points = set(declared["mpan"].to_list())
    with workspace.ledger.read() as db:
        for row in asset_meters.current(db, as_at):
            mpan = row["import_mpan"] or row["export_mpan"]
            if mpan in points:
                owner[row["import_amsid"]] = mpan
                same[row["import_amsid"]] = row["import_amsid"]
                if row["export_amsid"]:
                    same[row["export_amsid"]] = row["import_amsid"]
    arrived = None if as_at is None else dt.datetime.fromisoformat(as_at)
    reads = workspace.asset_reads.current(sorted(same), as_at=arrived, version=version)
    return _as_asset_reads(reads, owner, same)


def _as_asset_reads(
    reads: pl.DataFrame, owner: dict[str, str], same: dict[str, str]
) -> pl.DataFrame:
    active = reads.filter(pl.col("quantity").is_in(["AI", "AE"]))
    known = pl.col("quality").is_in(["actual", "derived"])
    amsid = pl.col("meter_point_id").replace_strict(same, return_dtype=pl.String)

    def side(quantity: str) -> pl.Expr:
        mine = pl.col("kwh").filter(pl.col("quantity") == quantity)
        return pl.when(mine.len() > 0).then(mine.sum()).otherwise(0.0).cast(pl.Float32)

    frame = (
        active.with_columns(amsid.alias("amsid"))
        .group_by("amsid", "ts_utc")
        .agg(
            side("AI").alias("import_kwh"),
            side("AE").alias("export_kwh"),
            pl.when(known.all())
            .then(pl.lit("actual"))
            .otherwise(pl.lit("estimated"))
            .alias("quality"),
        )
        .with_columns(pl.col("amsid").replace_strict(owner, return_dtype=pl.String).alias("mpan"))
    )
    return frame.select(*ASSET_READS, "quality").sort("amsid", "ts_utc")
