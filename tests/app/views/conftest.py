"""A workspace with a ledger and no readings: views over it are quick and write for real."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from app.session import Desk, Place
from app.workspace import Workspace
from registry import flags
from registry.flags import FlagFinding

MPAN = "1200000000009"


@pytest.fixture
def ledger_only(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "workspace", actor="Test", reason="View tests")


@pytest.fixture
def desk(ledger_only: Workspace) -> Desk:
    return Desk(ledger_only, "Ana Lyst")


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def raised(ledger_only: Workspace) -> list[str]:
    """Three medium-confidence flags of falling worth; their ids."""
    with ledger_only.ledger.write(actor="Test", reason="Flags to review") as tx:
        return [
            flags.upsert(
                tx,
                FlagFinding(
                    key=f"medium_confidence:{MPAN}:{name}",
                    kind="medium_confidence",
                    mpan=MPAN,
                    asset_class=name,
                    title=f"{name} <seen> with medium confidence",
                    because="The meter shows it & nobody registered it.",
                    evidence={"probability": 0.8, "lower": 0.7, "upper": 0.9, "tier": "medium"},
                    kw_at_stake=kw,
                    doubt=0.2,
                ),
                "1",
            )
            for name, kw in (("EV_CHARGER", 7.0), ("HEAT_PUMP", 5.0), ("BESS", 3.0))
        ]


@pytest.fixture
def year() -> pl.DataFrame:
    """Ten days of a flat 1 kW with a gap, as the evidence workflow gives them."""
    from characterise.settlement import with_local_clock

    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    stamps = pl.datetime_range(
        start, start + dt.timedelta(days=10), "30m", closed="left", time_zone="UTC", eager=True
    )
    flat = pl.DataFrame({"ts_utc": stamps.cast(pl.Datetime("us", "UTC"))}).with_columns(
        import_kw=pl.when(pl.int_range(pl.len()) < 4).then(None).otherwise(pl.lit(1.0)),
        export_kw=pl.lit(0.0),
        quality=pl.lit("actual"),
    )
    return with_local_clock(flat).with_columns(net_kw=pl.col("import_kw") - pl.col("export_kw"))
