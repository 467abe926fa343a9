"""The watch on overrides, end to end: seed 003, 7.2, and what a person may do about a flag."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from app.cli import build
from app.workflows import override_watch as watching
from app.workflows import overrides
from app.workflows.deliveries import verify
from app.workflows.ingest import ingest
from app.workflows.lanes import lanes
from app.workflows.reconcile import reconcile
from app.workspace import Workspace
from registry import audit, exchange, flags, identifiers
from registry.errors import DecisionRefused, RecordUnknown

WHO = {"actor": "Ada", "reason": "test"}
FIRST_DAY = dt.date(2026, 1, 1)
N_DAYS = 230
FIRST_EVENT = dt.date(2026, 5, 18)
"""A Monday; events are on Mondays from 16:00 to 18:00 UTC."""
SHORT, GOOD = 7, 3
"""Events that give 15 kW, and the events after them that give 50 kW."""
SLOTS = range(32, 36)


def numbered(prefix: str, unique: int) -> str:
    first = f"{prefix}{unique:010d}"
    return f"{first}{identifiers.check_digit(first)}"


SITE, METER = numbered("12", 1), numbered("77", 1)
NAME = f"FLXA:{SITE}:{METER}:FLEXIBLE_DEMAND:rated_export_kw:max"


def event_day(place: int) -> dt.date:
    return FIRST_EVENT + dt.timedelta(weeks=place)


@pytest.fixture(scope="module")
def metered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of about 100 kW whose asset lets 15 kW go when asked for 50, and later 50."""
    folder = tmp_path_factory.mktemp("metered")
    rng = np.random.default_rng(7)
    days = [FIRST_DAY + dt.timedelta(day) for day in range(N_DAYS)]
    kw = 100.0 + rng.normal(0.0, 1.0, (N_DAYS, 48))
    for place in range(SHORT + GOOD):
        row = days.index(event_day(place))
        kw[row, SLOTS.start : SLOTS.stop] -= 15.0 if place < SHORT else 50.0
    times = [f"{slot // 2:02d}:{30 * (slot % 2):02d}" for slot in range(48)]
    table = pl.DataFrame(kw / 2, schema=times, orient="row")
    stamps = pl.DataFrame({"MPAN": [SITE] * N_DAYS, "Date": [f"{d:%d/%m/%Y}" for d in days]})
    named = stamps.with_columns(pl.lit("kWh").alias("Unit"))
    pl.concat([named, table], how="horizontal").write_csv(folder / "reads.csv")
    workspace = Workspace.create(folder / "w", actor="Ada", reason="test")
    assert ingest(workspace, [folder / "reads.csv"], **WHO).accepted > 48 * (N_DAYS - 2)
    files: list[tuple[str, dict[str, Any]]] = [
        ("assets", {"asset_id": "AST-1", "name": "mill", "asset_class": "INDUSTRIAL_LOAD",
                    "mpan": SITE}),
        ("asset-meters", {"import_amsid": METER, "import_mpan": SITE, "asset_id": "AST-1"}),
        ("agreements", {"fsp": "FLXA", "mpan": SITE, "amsid": METER, "market": "DSO_LOCAL",
                        "stack_rank": 1, "exclusive": "no", "valid_from": "2026-01-01"}),
    ]  # fmt: skip
    for entity, row in files:
        assert exchange.load(workspace.ledger, entity, [row], **WHO).load_id is not None
    return folder / "w"


@pytest.fixture
def site(metered: Path, tmp_path: Path) -> Workspace:
    return Workspace.open(Path(shutil.copytree(metered, tmp_path / "w")))


def submit(workspace: Workspace) -> None:
    overrides.submit(
        workspace, fsp="FLXA", mpan=SITE, amsid=METER, parameter="rated_export_kw", value=50.0,
        day=FIRST_EVENT, **WHO,
    )  # fmt: skip


def claim(workspace: Workspace, first: int, last: int, kw: float = 50.0) -> None:
    """Declare some events as delivered in full, and check them against the boundary."""
    named = {"mpan": SITE, "amsid": METER, "fsp_id": "FLXA"}
    starts = {
        f"E{place}": dt.datetime.combine(event_day(place), dt.time(16), dt.UTC)
        for place in range(first, last)
    }
    asked = [
        {
            **named, "event_id": event, "start_utc": start.isoformat(), "requested_kw": kw,
            "end_utc": (start + dt.timedelta(hours=2)).isoformat(),
        }
        for event, start in starts.items()
    ]  # fmt: skip
    rows = [
        {
            **named, "event_id": event, "declared_kwh": kw / 2,
            "ts_utc": (start + dt.timedelta(minutes=30 * k)).isoformat(),
        }
        for event, start in starts.items()
        for k in range(len(SLOTS))
    ]  # fmt: skip
    for entity, held in (("events", asked), ("declared", rows)):
        assert exchange.load(workspace.ledger, entity, held, **WHO).load_id is not None
    verify(workspace, **WHO)


def look(workspace: Workspace, day: dt.date) -> watching.Watched:
    return watching.watch(workspace, day=day, **WHO)


def the_flag(workspace: Workspace, day: dt.date | None = None) -> dict[str, Any]:
    with workspace.ledger.read() as db:
        (flag,) = flags.current(db, kinds=[watching.DIVERGED], today=day)
    return flag


def test_seed_003_section_7_2_declares_50_kw_and_delivers_no_more_than_15(site: Workspace) -> None:
    submit(site)
    (lane,) = lanes(site, SITE, day=FIRST_EVENT).filter(pl.col("declared").is_not_null()).to_dicts()
    assert (lane["effective"], lane["effective_lane"]) == (50.0, "declared")

    claim(site, 0, 4)
    early = look(site, event_day(4))
    assert early.divergence["status"].to_list() == ["not_enough"]
    assert (early.flagged, early.told) == (0, ())

    claim(site, 4, SHORT)
    flagged_on = event_day(SHORT)
    seen = look(site, flagged_on)
    row = seen.divergence.row(0, named=True)
    assert row["status"] == "diverging"
    assert row["observed"] == pytest.approx(15.0, abs=2.0)
    assert row["share_lower"] > 0.2
    assert (row["n_asked"], row["n_short"], row["weeks"]) == (SHORT, SHORT, SHORT - 1.0)
    assert seen.told == (("fsp", "FLXA"),)
    flag = the_flag(site)
    assert (flag["state"], flag["key"]) == ("open", f"override_diverged:{NAME}")
    assert flag["kw_at_stake"] == pytest.approx(35.0, abs=2.0)
    assert "running is not the same as available" in flag["because"]

    # Nothing is corrected by itself: what was declared counts as before.
    (lane,) = lanes(site, SITE, day=flagged_on).filter(pl.col("declared").is_not_null()).to_dicts()
    assert lane["effective"] == 50.0

    assert look(site, flagged_on + dt.timedelta(13)).told == ()
    assert look(site, flagged_on + dt.timedelta(14)).told == (("market_operator", "DSO_LOCAL"),)
    assert look(site, flagged_on + dt.timedelta(15)).told == ()
    notices = watching.told(site)
    assert notices["role"].to_list() == ["fsp", "market_operator"]
    assert notices["told_on"].to_list() == ["2026-07-06", "2026-07-20"]
    assert the_flag(site)["flag_id"] == flag["flag_id"]

    claim(site, SHORT, SHORT + GOOD)
    done = look(site, event_day(SHORT + GOOD))
    assert done.divergence["status"].to_list() == ["borne_out"]
    assert done.cleared == 1
    assert the_flag(site)["state"] == "cleared"
    assert watching.told(site)["closed_on"].null_count() == 0
    with site.ledger.read() as db:
        assert audit.verify(db).whole


@pytest.fixture
def flagged(site: Workspace) -> Workspace:
    submit(site)
    claim(site, 0, SHORT)
    assert look(site, event_day(SHORT)).flagged == 1
    return site


def test_events_that_asked_for_15_contradict_nothing(site: Workspace) -> None:
    submit(site)
    claim(site, 0, SHORT, kw=15.0)
    row = look(site, event_day(SHORT)).divergence.row(0, named=True)
    assert row["status"] == "not_enough"
    assert (row["n_asked"], row["n_asked_less"]) == (0, SHORT)


def test_ignored_until_a_day_nobody_more_is_told_and_then_it_is_open_again(
    flagged: Workspace,
) -> None:
    until = dt.date(2100, 1, 1)
    watching.ignore(flagged, NAME, until, "the mill is being rewired", actor="Ada")
    later = event_day(SHORT) + dt.timedelta(30)
    assert look(flagged, later).told == ()
    assert the_flag(flagged, later)["state"] == "snoozed"
    assert the_flag(flagged, later)["note"] == "the mill is being rewired"
    assert the_flag(flagged, until)["state"] == "open"
    watching.heed(flagged, NAME, actor="Ada", reason="done rewiring")
    assert look(flagged, later).told == (("market_operator", "DSO_LOCAL"),)


def test_ignoring_needs_a_flag_a_reason_and_a_day_to_come(flagged: Workspace) -> None:
    for name, until, because in (
        ("no such", dt.date(2100, 1, 1), "x"),
        (NAME, dt.date(2100, 1, 1), "  "),
        (NAME, dt.date(2020, 1, 1), "x"),
    ):
        with pytest.raises(DecisionRefused):
            watching.ignore(flagged, name, until, because, actor="Ada")
    assert the_flag(flagged)["state"] == "open"


def test_a_decision_stands_whatever_the_watch_finds(flagged: Workspace) -> None:
    flag = the_flag(flagged)
    with flagged.ledger.write(**WHO) as tx:
        flags.decide(tx, flag["flag_id"], flag["version"], "rejected", "innocent_reading")
    later = event_day(SHORT) + dt.timedelta(30)
    assert look(flagged, later).told == ()
    assert the_flag(flagged)["state"] == "rejected"
    claim(flagged, SHORT, SHORT + GOOD)
    look(flagged, later)
    held = the_flag(flagged)
    assert held["state"] == "rejected"
    assert "the finding is gone" in held["proposes_reopening"]


def test_an_ignored_flag_says_what_moved_and_stays_ignored(flagged: Workspace) -> None:
    watching.ignore(flagged, NAME, dt.date(2100, 1, 1), "rewiring", actor="Ada")
    look(flagged, event_day(SHORT))
    assert the_flag(flagged)["proposes_reopening"] is None
    # A higher value submitted since: more is at stake than when it was set aside.
    overrides.submit(
        flagged, fsp="FLXA", mpan=SITE, amsid=METER, parameter="rated_export_kw", value=62.0,
        day=event_day(SHORT), **WHO,
    )  # fmt: skip
    look(flagged, event_day(SHORT))
    held = the_flag(flagged)
    assert held["state"] == "snoozed"
    assert "power at stake was" in held["proposes_reopening"]


def test_withdrawing_or_running_out_clears_the_flag(flagged: Workspace) -> None:
    overrides.withdraw(flagged, NAME, **WHO)
    assert look(flagged, event_day(SHORT)).cleared == 1
    submit(flagged)
    assert look(flagged, event_day(SHORT)).flagged == 1
    assert the_flag(flagged)["state"] == "open"
    assert look(flagged, FIRST_EVENT + dt.timedelta(365)).cleared == 1


def test_a_reconciliation_looks_at_the_overrides_too(flagged: Workspace) -> None:
    before = the_flag(flagged)
    assert reconcile(flagged, **WHO).by_kind[watching.DIVERGED] == 1
    assert the_flag(flagged)["version"] == before["version"]


def test_recheck_returns_the_evidence_and_refuses_what_does_not_hold(flagged: Workspace) -> None:
    row = watching.recheck(flagged, NAME, day=event_day(SHORT), **WHO)
    assert row["status"] == "diverging"
    with pytest.raises(RecordUnknown, match="nothing can be checked"):
        watching.recheck(flagged, "no such", **WHO)


def fmar(workspace: Workspace, *words: str) -> Any:
    return CliRunner().invoke(build(), ["override", *words, "--workspace", str(workspace.root)])


def test_the_command_line_watches_rechecks_and_ignores(flagged: Workspace) -> None:
    who = ("--actor", "Ada", "--reason", "rewiring")
    seen = fmar(flagged, "watch", *who)
    assert seen.exit_code == 1, seen.output
    assert f"{NAME}: diverging." in seen.output
    assert fmar(flagged, "recheck", NAME, *who).exit_code == 1
    done = fmar(flagged, "ignore", NAME, "--until", "2100-01-01", "--because", "rewiring",
                "--actor", "Ada")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert the_flag(flagged)["state"] == "snoozed"
    assert fmar(flagged, "heed", NAME, *who).exit_code == 0
    assert "fsp FLXA" in fmar(flagged, "notices").output
    assert fmar(flagged, "ignore", NAME, "--until", "soon", "--because", "x").exit_code == 2
