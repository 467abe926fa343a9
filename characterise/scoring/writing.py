"""A scoreboard as files: CSV and JSON for machines, a page for people."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

import polars as pl

from characterise.results_folder import staged
from characterise.scoring.board import PARTS, SITES, Scoreboard
from characterise.scoring.headline import FIGURES
from characterise.scoring.page import TOGETHER, curves, page

FILES: Final = (
    *(f"{name}.csv" for name in PARTS),
    *(f"{name}.parquet" for name in SITES),
    *(f"{name}.svg" for name in (*FIGURES, TOGETHER)),
    "scoreboard.html",
    "scoreboard.json",
)
"""What is written; scoreboard.json appears last."""


def write_scoreboard(board: Scoreboard, out: Path) -> None:
    """Write every file of `FILES` that there is something for, all at once."""
    with staged(out, FILES) as folder:
        for name, frame in board.parts.items():
            frame.fill_nan(None).write_csv(folder / f"{name}.csv", float_precision=5)
        for name, frame in board.sites.items():
            frame.write_parquet(folder / f"{name}.parquet")
        for name, text in curves(board).items():
            (folder / f"{name}.svg").write_text(text + "\n", encoding="utf-8")
        (folder / "scoreboard.html").write_text(page(board), encoding="utf-8")
        body = json.dumps(as_json(board), indent=1, default=str) + "\n"
        (folder / "scoreboard.json").write_text(body, encoding="utf-8")


def as_json(board: Scoreboard) -> dict[str, Any]:
    """What it rests on and every figure; null where one cannot be said."""
    return {"about": board.about} | {name: _rows(frame) for name, frame in board.parts.items()}


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        {key: _plain(value) for key, value in row.items()} for row in frame.iter_rows(named=True)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5) if math.isfinite(value) else None
    return value
