"""An asset put behind one meter in thought: what it changes, and that it changes nothing kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from app.workflows import what_if as workflow
from app.workflows.what_if import Bench, bench, what_if
from app.workspace import Workspace
from characterise import frames
from characterise.settlement import with_local_clock

MPAN = "1200000000009"
DAYS = 120
FIRST = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("what_if") / "workspace"
    return Workspace.create(root, actor="Test", reason="What-if tests")


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    """A home's half-hours as the evidence workflow gives them: 0.2 to 0.6 kW, no large step."""
    stamps = pl.datetime_range(
        FIRST, FIRST + dt.timedelta(days=DAYS), "30m", closed="left", time_zone="UTC", eager=True
    )
    rng = np.random.default_rng(3)
    load = 0.3 + 0.1 * np.sin(np.arange(len(stamps)) * 2 * np.pi / 48) + 0.2 * rng.random(DAYS * 48)
    frame = pl.DataFrame(
        {
            "ts_utc": stamps.cast(pl.Datetime("us", "UTC")),
            "import_kw": load.astype(np.float32),
            "export_kw": np.zeros(DAYS * 48, np.float32),
            "net_kw": load.astype(np.float32),
            "quality": ["actual"] * (DAYS * 48),
        }
    )
    return with_local_clock(frame)


def attributed(*rows: tuple[str, int, float, float]) -> pl.DataFrame:
    """Class, half-hour from the first, kWh in and out."""
    return pl.DataFrame(
        [(MPAN, name, FIRST + at * dt.timedelta(minutes=30), a, b) for name, at, a, b in rows],
        schema=frames.ATTRIBUTION,
        orient="row",
    )


def laid_out(workspace: Workspace, reads: pl.DataFrame, *rows: tuple) -> Bench | None:
    return bench(workspace, SimpleNamespace(mpan=MPAN, reads=reads, attribution=attributed(*rows)))


@pytest.fixture(scope="module")
def held(workspace: Workspace, quiet: pl.DataFrame) -> Bench:
    made = laid_out(workspace, quiet)
    assert made is not None
    return made


def chance(frame: pl.DataFrame, name: str) -> float:
    return frame.filter(pl.col("asset_class") == name)["probability"][0]


def test_a_charger_raises_its_own_chance_and_the_load_of_its_sessions(held: Bench) -> None:
    found = what_if(held, "EV_CHARGER", 7.0)
    assert chance(found.before, "EV_CHARGER") < 0.5 < chance(found.after, "EV_CHARGER")
    more = (found.trace["what_if_kw"] - found.trace["net_kw"]).to_numpy()
    assert more.max() == pytest.approx(7.0, abs=1e-4)
    assert more.min() >= -1e-6
    row = found.after.filter(pl.col("asset_class") == "EV_CHARGER").row(0, named=True)
    assert row["reasons"]
    assert row["lower"] <= row["probability"] <= row["upper"]
    assert found.after.schema == frames.DETECTIONS


def test_nothing_put_is_nothing_changed(held: Bench) -> None:
    found = what_if(held, "EV_CHARGER", 0.0)
    assert found.after is found.before
    np.testing.assert_allclose(found.trace["what_if_kw"], found.trace["net_kw"], atol=1e-5)


def test_what_the_meter_was_seen_to_hold_is_taken_out(
    workspace: Workspace, quiet: pl.DataFrame
) -> None:
    reads = quiet.with_columns(
        import_kw=pl.when(pl.int_range(pl.len()) == 100).then(7.0).otherwise("import_kw")
    ).with_columns(net_kw=pl.col("import_kw"))
    made = laid_out(workspace, reads, ("EV_CHARGER", 100, 3.0, 0.0))
    assert made is not None
    found = what_if(made, "EV_CHARGER", 0.0, without=True)
    assert found.trace["what_if_kw"][100] == pytest.approx(1.0)
    np.testing.assert_allclose(found.trace["what_if_kw"][:100], reads["net_kw"][:100], atol=1e-5)


def test_taking_out_what_was_never_seen_changes_nothing(held: Bench) -> None:
    assert what_if(held, "BESS", 0.0, without=True).after is held.as_it_is


def test_generation_past_an_unknown_register_is_said_to_be_lost(held: Bench) -> None:
    found = what_if(held, "SOLAR_PV", 5.0)
    assert found.notes == (workflow.UNSEEN_EXPORT,)
    assert found.trace["what_if_kw"].min() == 0


def test_without_signals_a_response_is_refused_in_a_sentence(held: Bench) -> None:
    found = what_if(held, "FLEXIBLE_DEMAND", 0.2)
    assert found.notes == (workflow.CANNOT_BE_LAID["FLEXIBLE_DEMAND"],)
    assert found.after is found.before


def test_a_meter_point_without_readings_has_no_bench(
    workspace: Workspace, quiet: pl.DataFrame
) -> None:
    assert laid_out(workspace, quiet.clear()) is None


def test_nothing_of_it_is_stored(held: Bench, workspace: Workspace) -> None:
    def files(root: Path) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    before = files(workspace.root)
    for name in ("EV_CHARGER", "HEAT_PUMP", "BESS"):
        what_if(held, name, 5.0, without=True)
    assert files(workspace.root) == before


def test_the_largest_size_offered_follows_the_site(held: Bench) -> None:
    assert held.largest_kw("EV_CHARGER") == 22.0
