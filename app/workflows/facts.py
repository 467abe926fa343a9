"""Weather and facts about meter points that do not come from the meter."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.workspace import Workspace
from characterise.inputs import read_weather


def load_weather(workspace: Workspace, path: Path, *, actor: str, reason: str) -> int:
    """Take a weather file in; the stations it names replace what was held of them.

    Returns
    -------
    int
        How many rows were taken; 0 where the same rows are held already.

    Raises
    ------
    InvalidFrame
        The file is missing, or a column of `frames.WEATHER` is.
    """
    weather, _ = read_weather(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with workspace.writing():
        held = workspace.committed().get("weather")
        if held is not None and workspace.weather_store.holds(weather, version=held):
            return 0
        version = workspace.weather_store.put(weather, version=held)
        with workspace.ledger.write(actor=actor, reason=reason) as tx:
            detail = {"file": path.name, "sha256": digest, "rows": weather.height}
            workspace.commit(tx, "weather", {"weather": version}, detail)
    return weather.height
