"""`fmar score`: results against labelled meters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.outcome import ReportOption, fail, progress, say, write_report

if TYPE_CHECKING:
    import polars as pl

    from characterise.scoring.board import Scoreboard

SHOWN = {
    "presence": (
        *("n_sites", "n_with", "n_insufficient"),
        *("auc", "auc_lower", "auc_upper", "macro_f1", "macro_f1_lower", "macro_f1_upper"),
    ),
    "tiers": ("tier", "n", "right", "lower", "upper", "stated"),
    "calibration": (
        *("n_sites", "ece", "ece_lower", "ece_upper", "brier", "spiegelhalter_p"),
        "hosmer_lemeshow_p",
    ),
    "attribution": (
        *("n_sites", "n_found", "mcc", "mcc_lower", "mcc_upper", "daily_r2", "half_hourly_r2"),
        *("sign_right", "energy_error"),
    ),
    "rating": (
        *("parameter", "statistic", "n_sites", "n_found", "error"),
        *("within_10", "within_15", "within_20", "covered"),
    ),
    "baselines": ("method", "n_sites", "pnrmse", "pnrmse_lower", "pnrmse_upper", "beats"),
    "arrivals": ("change", "n_sites", "n_found", "error_days", "near", "near_lower", "near_upper"),
}
"""Columns that fit a terminal; the page and the files hold them all."""


def register(app: typer.Typer) -> None:
    """Mount the command."""
    app.command("score")(score)


def score(
    *,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Folder of labelled meters: sites, submeters, reads."),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(
            "--results",
            help="Folder of characterise --out; filled from the truth's reads if empty.",
        ),
    ] = None,
    leave_out: Annotated[
        str | None,
        typer.Option(
            "--leave-out",
            help="Judge sites by models trained without them: family (each in turn), group (five "
            "folds), real (simulated meters alone), or the name of one family.",
        ),
    ] = None,
    months: Annotated[
        str | None,
        typer.Option("--months", help="Months of history to cut readings to, as in 1,3,6,12."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the scoreboard; RESULTS/scoreboard.")
    ] = None,
    sealed: Annotated[
        str | None,
        typer.Option("--sealed", help="Checksum of run.json stated before the truth was opened."),
    ] = None,
    simulate: Annotated[
        int | None,
        typer.Option("--simulate", min=20, help="Fill an empty truth with this many unseen sites."),
    ] = None,
    overlay: Annotated[
        bool,
        typer.Option("--overlay", help="Fill an empty truth with assets laid over real meters."),
    ] = False,
    hide_export: Annotated[
        bool,
        typer.Option(
            "--hide-export",
            help="Judge every meter by its import alone, as if none had an export register; "
            "results go to a folder of their own, export_hidden.",
        ),
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes.")] = 1,
    again: Annotated[
        bool, typer.Option("--again", help="Characterise anew what has results already.")
    ] = False,
    guide: Annotated[
        bool, typer.Option("--guide", help="Print how to run a blind challenge, and stop.")
    ] = False,
    report: ReportOption = None,
) -> None:
    """Score results against labelled meters: presence, tiers, attribution, ratings, dates."""
    if guide:
        from importlib.resources import files

        say((files("characterise.scoring") / "GUIDE.md").read_text(encoding="utf-8"))
        return
    if truth is None or results is None:
        fail("Give --truth FOLDER and --results FOLDER, or --guide.")
    if overlay and simulate is not None:
        fail("--simulate and --overlay each fill an empty truth; give one of them.")
    from app.workflows.score import Wanted
    from app.workflows.score import score as run
    from characterise.scoring.writing import as_json

    wanted = Wanted(
        truth=truth,
        results=results,
        out=out,
        months=_months(months),
        leave_out=leave_out,
        jobs=jobs,
        again=again,
        sealed=sealed,
        simulate=simulate,
        overlay=overlay,
        hide_export=hide_export,
        say=say,
    )
    board, folder = run(wanted, lambda label: progress(label, None))
    _tell(board)
    say(f"The whole scoreboard is in {folder / 'scoreboard.html'}.")
    write_report(report, as_json(board))


def _months(words: str | None) -> list[int]:
    if words is None:
        return []
    parts = [word.strip() for word in words.split(",") if word.strip()]
    if not parts or not all(part.isdecimal() and 1 <= int(part) <= 120 for part in parts):
        fail(f"--months {words} is no list of months; give whole numbers as in 1,3,6,12.")
    return [int(part) for part in parts]


def _tell(board: Scoreboard) -> None:
    import polars as pl

    from characterise.scoring.headline import RATED

    rated = [
        {"asset_class": name, "parameter": parameter, "statistic": statistic}
        for name, (parameter, statistic, _) in RATED.items()
    ]
    about = board.about
    say(f"Model {about['model']}, left out: {about['left_out']}, hidden: {about['hidden']}.")
    for name, columns in SHOWN.items():
        frame = board.parts[name].filter(pl.col("group") == "all")
        if name == "rating":
            keys = ["asset_class", "parameter", "statistic"]
            frame = frame.join(pl.DataFrame(rated), on=keys, how="semi", maintain_order="left")
        if frame.height:
            _table(name, frame, columns)


def _table(name: str, frame: pl.DataFrame, columns: tuple[str, ...]) -> None:
    from characterise.scoring.tables import aligned, as_text

    several = frame["months"].n_unique() > 1
    keys = [key for key in ("asset_class", "months") if key in frame.columns]
    keys = [key for key in keys if key != "months" or several]
    say(f"\n{name.capitalize()}")
    for line in aligned(*as_text(frame.select(*keys, *columns))):
        say(line)
