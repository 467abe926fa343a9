"""The watch on a provider's value, in the browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from app.server import Served
from app.workflows import overrides
from app.workflows.lanes import today
from app.workspace import Workspace
from characterise.frames import VERDICTS
from registry import exchange

pytestmark = pytest.mark.ui
expect.set_options(timeout=60_000)
WHO = {"actor": "Ada", "reason": "test"}
MPAN, METER = "1200000000011", "7700000000109"


@pytest.fixture
def site(tmp_path: Path) -> Workspace:
    """A battery that let 15 kW go in each of six weekly events that asked for 50."""
    workspace = Workspace.create(tmp_path / "w", **WHO)
    last = dt.datetime.combine(today(), dt.time(17), dt.UTC) - dt.timedelta(days=1)
    named = {"mpan": MPAN, "amsid": METER, "fsp_id": "FLXA"}
    agreed = {"market": "DSO_LOCAL", "stack_rank": 1, "exclusive": "no", "valid_from": "2026-01-01"}
    files: list[tuple[str, dict[str, Any]]] = [
        ("assets", {"asset_id": "AST-1", "name": "cell", "asset_class": "BESS", "mpan": MPAN}),
        ("asset-meters", {"import_amsid": METER, "import_mpan": MPAN, "asset_id": "AST-1"}),
        ("agreements", {"fsp": "FLXA", "mpan": MPAN, "amsid": METER, **agreed}),
    ]
    verdicts = []
    for week in range(6):
        start = last - dt.timedelta(weeks=5 - week)
        event = {**named, "event_id": f"E{week}"}
        end = start + dt.timedelta(minutes=30)
        files += [
            ("events", {**event, "start_utc": start.isoformat(), "end_utc": end.isoformat()}),
            ("declared", {**event, "ts_utc": start.isoformat(), "declared_kwh": 25.0}),
        ]
        found = {"verdict": "unsupported", "declared_kwh": 25.0}
        fractions = (("p05", 0.27), ("p50", 0.3), ("p95", 0.33))
        found |= {f"delivered_fraction_{name}": share for name, share in fractions}
        verdicts.append({**dict.fromkeys(VERDICTS), **event, **found})
    for entity, row in files:
        assert exchange.load(workspace.ledger, entity, [row], **WHO).load_id is not None
    with workspace.writing(), workspace.ledger.write(**WHO) as tx:
        frame = pl.DataFrame(verdicts, schema=VERDICTS)
        workspace.commit(tx, "verify", workspace.profiles.publish({"verdicts": frame}), {})
    return workspace


def test_a_declared_value_is_checked_again_and_its_flag_is_there(
    site: Workspace, serve: Callable[[Path], Served], tab: Page
) -> None:
    overrides.submit(
        site, fsp="FLXA", mpan=MPAN, amsid=METER, parameter="rated_export_kw", value=50.0,
        day=today() - dt.timedelta(weeks=6), **WHO,
    )  # fmt: skip
    tab.goto(f"{serve(site.root).url}/meter?mpan={MPAN}")
    tab.get_by_role("button", name="Check again now").click()
    expect(tab.get_by_text("Checked: not borne out by the meter.")).to_be_visible()
    expect(tab.get_by_text("Flag: Open.")).to_be_visible()


def test_a_value_that_is_withdrawn_leaves_the_other_lanes(
    site: Workspace, serve: Callable[[Path], Served], tab: Page
) -> None:
    overrides.submit(
        site, fsp="FLXA", mpan=MPAN, amsid=METER, parameter="rated_export_kw", value=50.0,
        day=today() - dt.timedelta(weeks=6), **WHO,
    )  # fmt: skip
    tab.goto(f"{serve(site.root).url}/meter?mpan={MPAN}")
    tab.get_by_label("Because", exact=True).first.fill("Sold")
    tab.get_by_role("button", name="Withdraw it").click()
    expect(tab.get_by_text("Withdrawn: the other lanes count again.")).to_be_visible()
    assert overrides.listed(site).is_empty()
