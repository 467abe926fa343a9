"""From the workspace's reads to its results: one run of the engine, committed as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from app.workspace import Workspace
from characterise import batch
from characterise.errors import StoreUnavailable
from characterise.finding import Finding
from characterise.presence import TierRule
from characterise.profile import ProfileSettings
from characterise.run_inputs import RunInputs
from registry import settings as settings_of


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one run made of the workspace."""

    commit: int
    """Number of the ledger row that makes the results visible."""
    versions: dict[str, int]
    """Delta version of each result table."""
    previous: dict[str, int]
    """Versions that stood before; empty on the first run. What changed is the difference."""
    report: batch.RunReport

    @property
    def n_meters(self) -> int:
        """Meter points characterised."""
        return self.report.counts_in.get("meters", 0)


def characterise(
    workspace: Workspace,
    *,
    actor: str,
    reason: str,
    jobs: int = 1,
    refit: str = "weekly",
    visibility_passes: int = 4,
    progress: Callable[[int], None] | None = None,
) -> RunSummary:
    """Characterise every boundary of the workspace and commit the results.

    Parameters
    ----------
    visibility_passes
        How closely the smallest visible size is sought; 0 leaves it out.
    progress
        Called with the number of meters each finished batch held.

    Raises
    ------
    StoreUnavailable
        Nothing was ingested yet, or nothing may be characterised.

    Notes
    -----
    Tables are written first and the ledger row that names their versions last; killed in between,
    the workspace keeps the previous results and the next writer clears the rest away.
    """
    settings = ProfileSettings(
        refit=refit,
        attribute=True,
        visibility_passes=visibility_passes,
        tiers=tier_rule(workspace),
    )
    with workspace.writing():
        committed = workspace.committed()
        reads, findings = _boundary(workspace, committed.get("reads"))
        with TemporaryDirectory(prefix="fmar-run-") as folder:
            inputs = _inputs(workspace, reads, findings, Path(folder))
            out = Path(folder) / "out"
            report = batch.run(inputs, out, settings=settings, jobs=jobs, progress=progress)
            frames = {name: pl.read_parquet(out / f"{name}.parquet") for name in report.counts_out}
        versions = workspace.profiles.publish(frames)
        previous = {name: committed[name] for name in versions if name in committed}
        detail = _detail(report, previous, committed.get("reads"))
        with workspace.ledger.write(actor=actor, reason=reason) as tx:
            commit = workspace.commit(tx, "characterise", versions, detail)
    return RunSummary(commit, versions, previous, report)


def tier_rule(workspace: Workspace) -> TierRule:
    """Where the tiers part in this workspace."""
    with workspace.ledger.read() as db:
        return TierRule(
            high_above=settings_of.value(db, "tier_high_lower"),
            medium_from=settings_of.value(db, "tier_medium_probability"),
        )


def _boundary(workspace: Workspace, version: int | None) -> tuple[pl.DataFrame, list[Finding]]:
    """Reads of the meter points that may be characterised, and what was left out."""
    if version is None:
        raise StoreUnavailable(
            f"{workspace.root} holds no reads; load some with: fmar ingest FILES --workspace "
            f"{workspace.root}"
        )
    reads = workspace.boundary()
    if workspace.legal_basis != "consent_only":
        return reads, []
    # Without a recorded consent an unknown premises counts as a home, and a home is not asked.
    business = workspace.meters().filter(pl.col("premises") == "non_domestic")["mpan"]
    allowed = reads.filter(pl.col("mpan").is_in(business.implode()))
    n = reads["mpan"].n_unique() - allowed["mpan"].n_unique()
    if allowed.is_empty():
        raise StoreUnavailable(
            f"{workspace.root} may characterise with consent only, and no meter point in it is "
            "known to be non-domestic; load meter facts or make the workspace on another basis"
        )
    because = f"{n} meter points are or may be homes without a recorded consent; left out."
    return allowed, [Finding("no_consent", because, {"meters": n})] if n else []


def _inputs(
    workspace: Workspace, reads: pl.DataFrame, findings: list[Finding], folder: Path
) -> RunInputs:
    path = folder / "reads.parquet"
    reads.sort("mpan", "ts_utc").write_parquet(path, row_group_size=200_000)
    meters, signals = workspace.meters(), workspace.signals()
    return RunInputs(
        reads=path,
        meters=meters if meters.height else None,
        weather=workspace.weather(),
        signals=signals if signals.height else None,
        findings=findings,
    )


def _detail(
    report: batch.RunReport, previous: dict[str, int], reads_version: int | None
) -> dict[str, Any]:
    """What the ledger keeps of a run: run.json, and which versions it read and replaced."""
    return {
        **asdict(report),
        "inputs": {"reads": reads_version},
        "previous": previous,
        "finished_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
