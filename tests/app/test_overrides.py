"""A submitted value counts at the next read; withdrawing restores what the meter shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from app.cli import build
from app.workflows import overrides
from app.workflows.lanes import FRAME, lanes, order, set_order
from app.workspace import Workspace
from characterise.frames import CAPABILITY
from registry import exchange, identifiers
from registry.errors import RecordInvalid, RightsMissing

WHO = {"actor": "Ada", "reason": "nameplate"}
DAY = dt.date(2026, 3, 1)


def numbered(prefix: str, unique: int) -> str:
    first = f"{prefix}{unique:010d}"
    return f"{first}{identifiers.check_digit(first)}"


SITE, EXPORT, METER, OTHER = (
    numbered("12", 1), numbered("12", 2), numbered("77", 1), numbered("77", 2),
)  # fmt: skip


def register(workspace: Workspace, *meters: str) -> None:
    """A battery behind each asset meter, all of one provider."""
    files: list[tuple[str, dict[str, Any]]] = [
        ("pairings", {"import_mpan": SITE, "export_mpan": EXPORT, "valid_from": "2026-01-01"}),
        ("connections", {"mpan": SITE, "export_limit_kw": 60}),
    ]
    for rank, amsid in enumerate(meters, 1):
        named = f"AST-{rank}"
        asset = {"asset_id": named, "name": f"cell {rank}", "asset_class": "BESS"}
        files += [
            ("assets", {**asset, "mpan": SITE, "rated_export_kw": 30}),
            ("asset-meters", {"import_amsid": amsid, "import_mpan": SITE, "asset_id": named}),
            (
                "agreements",
                {
                    "fsp": "FLXA", "mpan": SITE, "amsid": amsid, "market": "DSO_LOCAL",
                    "stack_rank": rank, "exclusive": "no", "valid_from": "2026-01-01",
                },
            ),
        ]  # fmt: skip
    for entity, row in files:
        assert exchange.load(workspace.ledger, entity, [row], **WHO).load_id is not None


def observe(workspace: Workspace, kw: float, tier: str = "high") -> None:
    """What a run of the engine would have committed."""
    row = {
        "mpan": SITE, "asset_class": "BESS", "parameter": "rated_export_kw", "statistic": "max",
        "value": kw, "lower": kw - 2, "upper": kw + 2, "n_episodes": 41, "probability": 0.95,
        "tier": tier,
    }  # fmt: skip
    with workspace.writing(), workspace.ledger.write(**WHO) as tx:
        versions = workspace.profiles.publish(
            {"capability": pl.DataFrame([row], schema=CAPABILITY)}
        )
        workspace.commit(tx, "characterise", versions, {})


@pytest.fixture
def site(tmp_path: Any) -> Workspace:
    workspace = Workspace.create(tmp_path / "w", actor="Ada", reason="test")
    register(workspace, METER)
    observe(workspace, 15.0)
    return workspace


def submit(workspace: Workspace, **changes: Any) -> overrides.Submitted:
    given = {
        "fsp": "FLXA", "mpan": SITE, "amsid": METER, "parameter": "rated_export_kw",
        "value": 50.0, "day": DAY,
    }  # fmt: skip
    return overrides.submit(workspace, **{**given, **changes}, **WHO)


def test_the_next_read_returns_it_tagged_declared_with_no_engine_run(site: Workspace) -> None:
    before = site.committed()
    (old,) = lanes(site, SITE, day=DAY).to_dicts()
    assert (old["effective"], old["effective_lane"]) == (15.0, "observed")
    submit(site)
    (new,) = lanes(site, SITE, day=DAY).to_dicts()
    assert (new["declared"], new["external"], new["observed"]) == (50.0, 30.0, 15.0)
    assert (new["effective"], new["effective_lane"]) == (50.0, "declared")
    assert "FLXA declared 50 kW on 2026-03-01" in new["rule"]
    assert "declared comes before observed and external" in new["rule"]
    assert site.committed() == before
    (listed,) = overrides.listed(site, day=DAY).to_dicts()
    assert (listed["tag"], listed["state"], listed["unit"]) == ("declared", "holds", "kW")


def test_withdrawing_restores_the_observed_lane(site: Workspace) -> None:
    before = lanes(site, day=DAY)
    done = submit(site)
    overrides.withdraw(site, done.override_id, **WHO)
    assert lanes(site, day=DAY).equals(before)


def test_it_counts_until_the_day_before_its_expiry(site: Workspace) -> None:
    submit(site, expires_on=dt.date(2026, 4, 1))
    assert lanes(site, day=dt.date(2026, 3, 31))["effective_lane"].to_list() == ["declared"]
    assert lanes(site, day=dt.date(2026, 4, 1))["effective_lane"].to_list() == ["observed"]
    assert overrides.listed(site, day=dt.date(2026, 4, 1))["state"].to_list() == ["expired"]


def test_it_is_due_for_review_from_its_day_on(site: Workspace) -> None:
    submit(site)
    due = DAY + dt.timedelta(90)
    assert overrides.listed(site, day=due)["state"].to_list() == ["review due"]
    assert overrides.listed(site, day=due - dt.timedelta(1))["state"].to_list() == ["holds"]


def test_the_export_side_of_the_boundary_names_the_same_site(site: Workspace) -> None:
    submit(site, mpan=EXPORT)
    assert overrides.listed(site, day=DAY)["mpan"].to_list() == [SITE]


def test_the_order_of_the_lanes_is_a_setting_with_author_and_date(site: Workspace) -> None:
    submit(site)
    held = set_order(site, ["observed", "external", "declared"], actor="Chair", reason="board")
    assert (held.lanes[0], held.set_by, held.version) == ("observed", "Chair", 2)
    (row,) = lanes(site, day=DAY).to_dicts()
    assert (row["effective"], row["effective_lane"]) == (15.0, "observed")
    assert f"in the order that Chair set on {held.set_at[:10]}" in row["rule"]
    with pytest.raises(RecordInvalid, match="is no order of the lanes"):
        set_order(site, ["observed", "declared"], **WHO)
    with site.ledger.read() as db:
        assert order(db) == held


def test_a_low_tier_value_is_in_no_lane(site: Workspace) -> None:
    observe(site, 15.0, tier="low")
    (row,) = lanes(site, day=DAY).to_dicts()
    assert (row["observed"], row["effective_lane"]) == (None, "external")


def test_what_the_meter_shows_of_several_assets_speaks_for_none_alone(tmp_path: Any) -> None:
    workspace = Workspace.create(tmp_path / "w", actor="Ada", reason="test")
    register(workspace, METER, OTHER)
    observe(workspace, 15.0)
    submit(workspace)
    rows = {row["amsid"]: row for row in lanes(workspace, day=DAY).to_dicts()}
    assert rows[METER]["observed"] is None
    assert (rows[METER]["effective"], rows[OTHER]["effective"]) == (50.0, 30.0)
    assert (rows[None]["observed"], rows[None]["external"]) == (15.0, 60.0)
    assert "several asset meters" in rows[None]["rule"]


def test_odd_values_are_accepted_and_said(site: Workspace) -> None:
    done = submit(site, value=2.0, unit="MW")
    assert len(done.odd) == 2
    assert "more than the 60 kW that the connection may carry" in done.odd[0]
    assert "is the unit right?" in done.odd[1]
    assert submit(site, value=40.0).odd == ()


def test_a_refused_submission_leaves_the_standing_one_as_it_was(site: Workspace) -> None:
    submit(site)
    before = overrides.listed(site, day=DAY)
    for wrong in ({"value": -1.0}, {"unit": "h"}, {"statistic": "mean"}):
        with pytest.raises(RecordInvalid):
            submit(site, **wrong)
    with pytest.raises(RightsMissing):
        submit(site, amsid=None)
    assert overrides.listed(site, day=DAY).equals(before)


def test_the_frame_has_its_columns_where_there_is_nothing(tmp_path: Any) -> None:
    workspace = Workspace.create(tmp_path / "w", actor="Ada", reason="test")
    assert lanes(workspace).schema == FRAME
    assert overrides.listed(workspace).schema == overrides.LISTED


def fmar(workspace: Workspace, *words: str) -> Any:
    return CliRunner().invoke(build(), ["override", *words, "--workspace", str(workspace.root)])


def test_the_command_line_submits_lists_and_withdraws(site: Workspace) -> None:
    who = ("--actor", "Ada", "--reason", "nameplate")
    done = fmar(
        site, "submit", "--fsp", "FLXA", "--mpan", SITE, "--amsid", METER,
        "--parameter", "rated_export_kw", "--value", "0.05", "--unit", "MW", *who,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    name = f"FLXA:{SITE}:{METER}:BESS:rated_export_kw:max"
    assert f"version 1 of {name}: 0.05 MW counts from" in done.output
    assert "[declared] holds" in fmar(site, "list").output
    assert "effective 50 [declared]" in fmar(site, "lanes", "--mpan", SITE).output
    assert "declared, then observed, then external" in fmar(site, "order").output
    assert fmar(site, "withdraw", name, *who).exit_code == 0
    assert "No provider has declared" in fmar(site, "list").output
    assert "effective 15 [observed]" in fmar(site, "lanes").output
    assert fmar(site, "list", "--on", "tomorrow").exit_code == 2
