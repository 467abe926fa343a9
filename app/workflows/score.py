"""From labelled meters to a scoreboard: characterise what is not there yet, score, write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from characterise.errors import InvalidFrame
from characterise.model import load_model
from characterise.run_inputs import described
from characterise.scoring.board import Scoreboard, scoreboard
from characterise.scoring.engine_runs import Fold, run_engine
from characterise.scoring.groups import KINDS
from characterise.scoring.made_truth import write_simulated
from characterise.scoring.overlaid_truth import write_overlaid
from characterise.scoring.runs import MONTHS_FOLDER, Run, runs_of
from characterise.scoring.seal import check_outputs, check_seal, seal_of, truth_checksums
from characterise.scoring.truth import Truth, read_truth
from characterise.scoring.writing import write_scoreboard
from characterise.training.corpus import LABEL, data_folder

Bar = Callable[[str], AbstractContextManager[Callable[[int], None]]]
"""Progress under a label; the yielded call advances it."""

TRUTH_FILES = tuple(
    f"{name}{kind}"
    for name in ("sites", "submeters", "reads", "meters", "events", "signals", "weather")
    for kind in (".parquet", ".csv")
)
BOARD = "scoreboard"
"""Folder of the scoreboard inside the results."""
HIDDEN = "export_hidden"
"""Folder, inside the results, of those made without export registers."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked to be scored."""

    truth: Path
    results: Path
    out: Path | None = None
    """Where the scoreboard goes; `BOARD` inside the results by default."""
    months: Sequence[int] = ()
    leave_out: str | None = None
    jobs: int = 1
    again: bool = False
    """Whether results that are there are made anew."""
    sealed: str | None = None
    """SHA-256 of run.json that was given away before the truth was opened."""
    simulate: int | None = None
    """Simulated sites to make the truth of, where the folder is empty."""
    hide_export: bool = False
    """Whether every meter is judged by its import alone; results go to `HIDDEN`."""
    overlay: bool = False
    """Whether the truth is to be made of simulated assets laid over the real open boundaries."""
    say: Callable[[str], None] = field(default=lambda _: None)


def score(wanted: Wanted, bar: Bar) -> tuple[Scoreboard, Path]:
    """Score and write; return the scoreboard and the folder it was written to.

    Notes
    -----
    A seal is checked before the labels are opened. Results that are there are scored as they are,
    whoever made them; what is missing is made with the model that came with the program, or, for
    ``leave_out``, with models that did not see the sites they judge.
    """
    base = wanted.results
    if wanted.leave_out is not None:
        base = base / f"leave_out_{wanted.leave_out}"
    if wanted.hide_export:
        base = base / HIDDEN
    if wanted.sealed is not None:
        check_seal(Run(base, None), wanted.sealed)
    if wanted.simulate is not None:
        with bar("Simulating") as advance:
            write_simulated(wanted.truth, wanted.simulate, progress=advance)
    if wanted.overlay:
        with bar("Laying over") as advance:
            write_overlaid(wanted.truth, data_folder(), progress=advance)
    truth = _judged_only(read_truth(wanted.truth), wanted.leave_out)
    _complete(wanted, truth, base, bar)
    runs = [run for run in runs_of(base) if run.months is None or _asked(run, wanted)]
    checked = [check_outputs(run) for run in runs]
    with bar("Scoring") as advance:
        board = scoreboard(truth, runs, advance)
    board = replace(board, about=_about(wanted, truth, base, runs, all_checked=all(checked)))
    out = wanted.out or base / BOARD
    write_scoreboard(board, out)
    return board, out


def _judged_only(truth: Truth, leave_out: str | None) -> Truth:
    """The one family that is to be judged, where one was named."""
    if leave_out is None or leave_out in KINDS:
        return truth
    mine = truth.sites.filter(pl.col("family") == leave_out)
    if mine.is_empty():
        known = ", ".join(truth.sites["family"].drop_nulls().unique().sort()) or "none"
        raise InvalidFrame(
            f"no site is of family {leave_out!r}; give {', '.join(KINDS)} or a family ({known})"
        )
    return replace(truth, sites=mine)


def _asked(run: Run, wanted: Wanted) -> bool:
    return not wanted.months or run.months in wanted.months


def _complete(wanted: Wanted, truth: Truth, base: Path, bar: Bar) -> None:
    """Run the engine for every history that has no results yet."""
    missing = [run for run in _histories(base, wanted.months) if _lacks(run, truth, wanted)]
    if not missing:
        return
    folds = [Fold("all", None, None)]
    if wanted.leave_out is not None:
        folds = _folds(wanted, truth, base, bar)
    for run in missing:
        label = "all readings" if run.months is None else f"the last {run.months} months"
        wanted.say(f"Characterising {label} of {truth.sites.height} meters into {run.folder}.")
        with bar("Characterising") as advance:
            run_engine(
                truth,
                run.folder,
                folds,
                months=run.months,
                hide_export=wanted.hide_export,
                jobs=wanted.jobs,
                progress=advance,
            )


def _histories(base: Path, months: Sequence[int]) -> Iterator[Run]:
    yield Run(base, None)
    for number in sorted(set(months)):
        yield Run(base / f"{MONTHS_FOLDER}{number}", number)


def _lacks(run: Run, truth: Truth, wanted: Wanted) -> bool:
    if not (run.folder / "detections.parquet").is_file():
        return True
    if wanted.again:
        if wanted.sealed is not None:
            raise InvalidFrame("--again would make sealed results anew; leave one of the two out")
        return True
    if run.months is None and wanted.leave_out is None:
        return False
    stated = run.report.get("inputs", {}).get("reads", {}).get("sha256")
    if truth.reads is not None and stated != described(truth.reads)["sha256"]:
        raise InvalidFrame(f"{run.folder} is of other readings; give --again, or another folder")
    if wanted.leave_out is None and run.report.get("model_version") != load_model().version:
        raise InvalidFrame(f"{run.folder} is of another model; give --again, or another folder")
    return False


def _folds(wanted: Wanted, truth: Truth, base: Path, bar: Bar) -> list[Fold]:
    from characterise.scoring.leave_out import leave_out
    from characterise.training.train import DEFAULT, training_table

    kind = wanted.leave_out or ""
    real = data_folder()
    wanted.say("Laying out the training table: simulated and real sites with their features.")
    with bar("Training table"):
        table = training_table(DEFAULT, real if (real / "meters").is_dir() else None)
    with bar("Training") as advance:

        def told(name: str) -> None:
            wanted.say(f"Training without {name}.")
            advance(1)

        return leave_out(truth, table, kind, base / "models", told)


def _about(
    wanted: Wanted, truth: Truth, base: Path, runs: Sequence[Run], *, all_checked: bool
) -> dict[str, Any]:
    report = runs[-1].report
    known = {name: truth.sites[column].drop_nulls() for name, column in LABEL.items()}
    about: dict[str, Any] = {
        "truth": str(wanted.truth),
        "results": str(base),
        "model": report.get("model_version", "not stated"),
        "engine": report.get("engine_version", "not stated"),
        "prevalence": report.get("prevalence", "balanced"),
        "left_out": wanted.leave_out or "nothing",
        "hidden": "export registers" if wanted.hide_export else "nothing",
        "sites": truth.sites.height,
        "labelled": ", ".join(
            f"{name} {int(labels.sum())} of {labels.len()}" for name, labels in known.items()
        ),
        "histories": ", ".join("all" if run.months is None else str(run.months) for run in runs),
        "seal": seal_of(runs[-1]) or "none (no run.json)",
        "sealed_before": "yes" if wanted.sealed is not None else "no",
        "notes": list(_notes(wanted, truth, report, all_checked=all_checked)),
        "seals": {str(run.months or "all"): seal_of(run) for run in runs},
        "truth_sha256": truth_checksums(wanted.truth, TRUTH_FILES),
    }
    if "folds" in report:
        about["folds"] = report["folds"]
    return about


def _notes(
    wanted: Wanted, truth: Truth, report: dict[str, Any], *, all_checked: bool
) -> Iterator[str]:
    if wanted.leave_out is None:
        yield (
            "The model that came with the program trained on the open sites of FMAR_DATA: where "
            "these are among the sites scored, the figures are not blind. Use --leave-out group "
            "or family for figures that are."
        )
    if wanted.hide_export:
        yield (
            "Export registers are hidden: every meter is judged by its import alone, against the "
            "same labels and sub-meters. Baselines foretell import."
        )
    yield (
        "Unknown labels are left out; presumed_no_ev counts as absent. Sites without enough "
        "readings are counted, never judged."
    )
    stated = report.get("inputs", {}).get("reads", {}).get("sha256")
    if truth.reads is not None and stated not in (None, described(truth.reads)["sha256"]):
        yield "The results are of other readings than those that lie beside the labels."
    if not all_checked:
        yield "Not every run.json names checksums of its results, so they could have been changed."
