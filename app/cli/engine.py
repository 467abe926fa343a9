"""The engine's commands: characterise, baseline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.flags import raise_flags
from app.cli.outcome import (
    ActorOption,
    ReasonOption,
    ReportOption,
    fail,
    findings,
    progress,
    say,
    who_and_why,
    write_report,
)

if TYPE_CHECKING:
    from characterise.batch import RunReport
    from characterise.run_inputs import RunInputs

REFITS = ("daily", "weekly", "monthly")

ReadsOption = Annotated[
    Path | None,
    typer.Option("--reads", help="Boundary reads: mpan, ts_utc, import_kwh, export_kwh."),
]
WeatherFile = Annotated[
    Path | None, typer.Option("--weather", help="Weather: station, ts_utc, temp_c, ghi_wm2.")
]
MetersFile = Annotated[Path | None, typer.Option("--meters", help="What is known about meters.")]
RefitOption = Annotated[
    str, typer.Option("--refit", help="How often the baseline is fitted: daily, weekly, monthly.")
]
VisibilityOption = Annotated[
    int,
    typer.Option(
        "--visibility-passes",
        min=0,
        help="How closely the smallest size that would show is sought; 0 leaves it out, for speed.",
    ),
]


def register(app: typer.Typer) -> None:
    """Mount the commands."""
    app.command("characterise")(characterise)
    app.command("baseline")(baseline)


def characterise(
    *,
    reads: ReadsOption = None,
    weather: WeatherFile = None,
    meters: MetersFile = None,
    signals: Annotated[
        Path | None, typer.Option("--signals", help="Market signals: signal_id, kind, area, ...")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the result files.")] = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Workspace folder, in place of files.")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes.")] = 1,
    attribute: Annotated[
        bool, typer.Option("--attribute", help="Write the half-hours each class explains as well.")
    ] = False,
    refit: RefitOption = "weekly",
    visibility: VisibilityOption = 4,
    report: ReportOption = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Say what is behind each meter, what it can do, when it ran, and how sure that is."""
    if refit not in REFITS:
        fail(f"--refit {refit} is none of {', '.join(REFITS)}.")
    if (workspace is None) == (reads is None):
        fail("Give either --workspace W, or --reads FILE with --out FOLDER.")
    if workspace is not None:
        files = {"weather": weather, "meters": meters, "signals": signals, "out": out}
        extra = [f"--{name}" for name, path in files.items() if path is not None]
        if extra:
            fail(f"--workspace holds its own inputs and results: leave {', '.join(extra)} out.")
        summary = _in_workspace(workspace, jobs, refit, visibility, actor, reason)
    elif reads is not None and out is not None:
        inputs = _files(reads, weather, meters, signals)
        summary = _from_files(inputs, out, jobs, refit, visibility, attribute=attribute)
    else:
        fail("--reads needs --out FOLDER, where the result files go.")
    _tell(summary, report)


def baseline(
    *,
    reads: Annotated[Path, typer.Option("--reads", help="Boundary reads.")],
    out: Annotated[Path, typer.Option("--out", help="Parquet (or .csv) file to write.")],
    weather: WeatherFile = None,
    meters: MetersFile = None,
    method: Annotated[
        str, typer.Option("--method", help="auto, ridge, bl01_like or mean_of_days.")
    ] = "auto",
    refit: RefitOption = "weekly",
) -> None:
    """Expected load of every half-hour one day ahead, with its 90 % interval."""
    from characterise.baselines import METHODS

    if method != "auto" and method not in METHODS:
        fail(f"--method {method} is none of auto, {', '.join(METHODS)}.")
    if refit not in REFITS:
        fail(f"--refit {refit} is none of {', '.join(REFITS)}.")
    from characterise.expected_load import write_expected

    inputs = _files(reads, weather, meters, None)
    with progress("Expecting", None) as advance:
        rows, found = write_expected(inputs, out, method=method, refit=refit, progress=advance)
    for each in found:
        say(f"  {each.code}: {each.because}")
    say(f"{rows} half-hours written to {out}.")
    if found:
        findings()


def _files(
    reads: Path, weather: Path | None, meters: Path | None, signals: Path | None
) -> RunInputs:
    from characterise.run_inputs import RunInputs

    return RunInputs.from_files(reads, meters=meters, weather=weather, signals=signals)


def _from_files(
    inputs: RunInputs, out: Path, jobs: int, refit: str, visibility: int, *, attribute: bool
) -> RunReport:
    from characterise import batch
    from characterise.profile import ProfileSettings

    settings = ProfileSettings(refit=refit, attribute=attribute, visibility_passes=visibility)
    with progress("Characterising", None) as advance:
        return batch.run(inputs, out, settings=settings, jobs=jobs, progress=advance)


def _in_workspace(
    root: Path, jobs: int, refit: str, visibility: int, actor: str | None, reason: str | None
) -> RunReport:
    from app.workflows.characterise import characterise as run
    from app.workspace import Workspace

    workspace = Workspace.open(root)
    actor, reason = who_and_why(actor, reason, "Characterising")
    with progress("Characterising", None) as advance:
        summary = run(
            workspace,
            actor=actor,
            reason=reason,
            jobs=jobs,
            refit=refit,
            visibility_passes=visibility,
            progress=advance,
        )
    raise_flags(workspace, actor, reason)
    return summary.report


def _tell(summary: RunReport, report: Path | None) -> None:
    from dataclasses import asdict

    from characterise.asset_classes import ASSET_CLASSES

    counts = summary.counts_in
    meters, seconds = counts.get("meters", 0), summary.seconds
    say(f"{meters} meters in {seconds:.1f} s, model {summary.model_version}.")
    for name in ASSET_CLASSES:
        judged, present = counts.get(f"sufficient_{name}", 0), counts.get(f"present_{name}", 0)
        say(f"  {name}: present at {present} of {judged} that could be judged.")
    for each in summary.findings:
        say(f"  {each['code']}: {each['because']}")
    write_report(report, asdict(summary))
    if summary.left_out:
        findings()
