"""``fmar verify``: declared deliveries beside what the boundary meter shows."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from app.cli.flags import raise_flags
from app.cli.outcome import (
    ActorOption,
    ReasonOption,
    fail,
    findings,
    progress,
    say,
    who_and_why,
)

if TYPE_CHECKING:
    from app.workflows.bundle.rerun import Known
    from characterise.delivery import Verdicts

FILES: Final = (
    "verdicts.parquet",
    "cumulative.parquet",
    "pairing.parquet",
    "gaming.parquet",
    "run.json",
)
"""What ``--out`` may hold afterwards."""


def register(app: typer.Typer) -> None:
    """Mount the command."""
    app.command("verify")(verify)


def verify(
    *,
    reads: Annotated[
        Path | None, typer.Option("--reads", help="Boundary reads, Parquet or CSV.")
    ] = None,
    declared: Annotated[
        Path | None,
        typer.Option("--declared", help="Declared deliveries by half-hour, Parquet or CSV."),
    ] = None,
    asset_reads: Annotated[
        Path | None,
        typer.Option("--asset-reads", help="Asset-meter reads: paired with the boundary too."),
    ] = None,
    weather: Annotated[
        Path | None, typer.Option("--weather", help="Temperature and irradiance by station.")
    ] = None,
    meters: Annotated[
        Path | None, typer.Option("--meters", help="What is known about each meter.")
    ] = None,
    inputs: Annotated[
        Path | None, typer.Option("--inputs", help="The inputs folder of an evidence bundle.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the result frames and run.json.")
    ] = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Check all that a workspace holds.")
    ] = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Check declared deliveries against the boundary meter.

    Give --reads, --declared and --out, or --inputs and --out, or --workspace. Ends with status 1
    where a claim is unsupported by boundary data or a half-hour, read or declared, could not be
    used.
    """
    files = (reads, declared, asset_reads, weather, meters)
    if workspace is not None:
        if any(path is not None for path in (*files, inputs, out)):
            fail("verify takes --workspace or the files with --out, not both: leave one out.")
        _verify_workspace(workspace, actor, reason)
    elif inputs is not None:
        if out is None or any(path is not None for path in files):
            fail("verify --inputs FOLDER takes --out and no other file: put it right.")
        _verify_bundle(inputs, out)
    elif reads is None or declared is None or out is None:
        fail("verify needs --reads, --declared and --out, or --workspace: add what is missing.")
    else:
        given = {
            "reads": reads,
            "declared": declared,
            "asset_reads": asset_reads,
            "weather": weather,
            "meters": meters,
        }
        _verify_files({name: path for name, path in given.items() if path is not None}, out)


def _verify_bundle(folder: Path, out: Path) -> None:
    from app.workflows.bundle import rerun

    _verify_files(rerun.files_of(folder), out, known=rerun.known(folder))


def _verify_files(files: dict[str, Path], out: Path, *, known: Known | None = None) -> None:
    from characterise import inputs
    from characterise.delivery import VerifySettings, verify_reads
    from characterise.errors import InvalidFrame
    from characterise.results_folder import staged
    from characterise.run_inputs import described

    began = time.perf_counter()
    held: dict[str, Any] = {}
    found = []
    for name, path in files.items():
        held[name], more = getattr(inputs, f"read_{name}")(path)
        found += more
    for name in ("reads", "declared"):
        if held[name].is_empty():
            raise InvalidFrame(f"{files[name]} holds no usable row; give a file with at least one")
    n_sites = held["declared"]["mpan"].n_unique()
    settings = VerifySettings() if known is None else known.settings
    with progress("Checking deliveries", n_sites) as advance:
        result = verify_reads(
            held["reads"],
            held["declared"] if known is None else known.with_classes(held["declared"]),
            meters=held.get("meters"),
            weather=held.get("weather"),
            asset_reads=held.get("asset_reads"),
            capability=None if known is None else known.capability,
            attribution=None if known is None else known.attribution,
            settings=settings,
            progress=advance,
        )
    found += result.findings
    counts = _counts(result)
    record = {
        "command": "verify",
        **_versions(),
        "inputs": {name: described(path) for name, path in files.items()},
        "counts": {
            "reads": held["reads"].height,
            "declared_half_hours": held["declared"].height,
            "sites": n_sites,
            "claims": result.verdicts.height,
            "verdicts": counts,
        },
        "findings": [{"code": item.code, "because": item.because} for item in found],
        "settings": asdict(settings),
        "seconds": round(time.perf_counter() - began, 3),
    }
    with staged(out, FILES) as folder:
        result.verdicts.write_parquet(folder / "verdicts.parquet")
        result.cumulative.write_parquet(folder / "cumulative.parquet")
        result.gaming.write_parquet(folder / "gaming.parquet")
        if result.pairing is not None:
            result.pairing.write_parquet(folder / "pairing.parquet")
        text = json.dumps(record, indent=2) + "\n"
        (folder / "run.json").write_text(text, encoding="utf-8")
    for item in found:
        say(item.because)
    _conclude(counts, bool(found), str(out))


def _verify_workspace(root: Path, actor: str | None, reason: str | None) -> None:
    from app.workflows.deliveries import verify as check
    from app.workspace import Workspace

    opened = Workspace.open(root)
    actor, reason = who_and_why(actor, reason, "Check declared deliveries")
    n_sites = opened.declared()["mpan"].n_unique()
    with progress("Checking deliveries", n_sites) as advance:
        summary = check(opened, actor=actor, reason=reason, progress=advance)
    raise_flags(opened, actor, reason)
    for item in summary.findings:
        say(item.because)
    _conclude(summary.verdicts, bool(summary.findings), str(root))


def _conclude(counts: dict[str, int], left_out: bool, where: str) -> None:
    total = sum(counts.values())
    parts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    say(f"{total} claims: {parts or 'none'}. Results are in {where}.")
    if counts.get("unsupported") or left_out:
        findings()


def _counts(result: Verdicts) -> dict[str, int]:
    from characterise.frames import VERDICT_ORDER

    held = dict(result.verdicts["verdict"].value_counts().iter_rows())
    return {name: held[name] for name in VERDICT_ORDER if name in held}


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return {"engine_version": version("fmar-workbench")}
    except PackageNotFoundError:
        return {"engine_version": "unknown"}
