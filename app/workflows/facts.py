"""Weather and facts about meter points that do not come from the meter."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl

from app.workspace import Workspace
from characterise.errors import InvalidFrame
from characterise.frames import WEATHER, check


def load_weather(workspace: Workspace, path: Path, *, actor: str, reason: str) -> int:
    """Take a weather file in; the stations it names replace what was held of them.

    Returns
    -------
    int
        How many rows were new; 0 where the same file is held already.

    Raises
    ------
    InvalidFrame
        The file is missing, or a column of `frames.WEATHER` is.
    """
    if not path.is_file():
        raise InvalidFrame(f"there is no file {path}; name the weather file, Parquet or CSV.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    weather = check(_read(path), WEATHER, path.name)
    with workspace.writing():
        held = workspace.committed().get("weather")
        if held is not None and workspace.weather_store.holds(weather, version=held):
            return 0
        version = workspace.weather_store.put(weather, version=held)
        with workspace.ledger.write(actor=actor, reason=reason) as tx:
            detail = {"file": path.name, "sha256": digest, "rows": weather.height}
            workspace.commit(tx, "weather", {"weather": version}, detail)
    return weather.height


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidFrame(f"{path.name} is neither Parquet nor CSV: {error}") from error
