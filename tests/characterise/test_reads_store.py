"""Reads: the latest arrival stands, every moment stays readable, what no commit names is gone."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from characterise.append_table import AppendTable
from characterise.frames import READS, check
from characterise.meter_cube import cube_from_reads
from characterise.quarantine_store import OPEN, REPLAYED, QuarantineStore, marked, rows_of
from characterise.reads_store import STORED, ReadsStore

MIDNIGHT = dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
HALF = dt.timedelta(minutes=30)
ARRIVED = dt.datetime(2025, 8, 1, tzinfo=dt.UTC)


def reads(point, values, *, quantity="AI", arrived=ARRIVED, quality="actual", start=MIDNIGHT):
    return pl.DataFrame(
        {
            "meter_point_id": point,
            "quantity": quantity,
            "ts_utc": [start + n * HALF for n in range(len(values))],
            "kwh": values,
            "quality": quality,
            "received_at": arrived,
            "source_id": "s",
        },
        schema=STORED,
    )


@pytest.fixture
def store(tmp_path):
    return ReadsStore(tmp_path / "reads")


def test_an_empty_store_reads_as_no_rows(store):
    assert store.version() is None
    assert store.current().schema == STORED
    assert store.boundary().is_empty()
    assert store.meter_points().is_empty()
    assert store.compact() is None


def test_a_later_arrival_replaces_and_the_earlier_stays_readable_as_at(store):
    store.append(reads("a", [1.0, 2.0]))
    store.append(reads("a", [9.0], arrived=ARRIVED + dt.timedelta(days=1)))
    assert store.current()["kwh"].to_list() == [9, 2]
    assert store.current(as_at=ARRIVED)["kwh"].to_list() == [1, 2]
    assert store.current(as_at=ARRIVED - HALF).is_empty()


def test_arrival_counts_and_the_order_of_writing_does_not(store):
    store.append(reads("a", [9.0], arrived=ARRIVED + dt.timedelta(days=1)))
    store.append(reads("a", [1.0]))
    assert store.current()["kwh"].to_list() == [9]


@given(
    arrivals=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(0, 100, width=32)),
        min_size=1,
        max_size=12,
    )
)
def test_current_is_the_latest_arrival_of_every_half_hour(arrivals, tmp_path_factory):
    store = ReadsStore(tmp_path_factory.mktemp("any") / "reads")
    expected = {}
    for n, (slot, hours, kwh) in enumerate(arrivals):
        at = ARRIVED + dt.timedelta(hours=hours, microseconds=n)
        store.append(reads("a", [kwh], arrived=at, start=MIDNIGHT + slot * HALF))
        expected[slot] = max(expected.get(slot, (at, kwh)), (at, kwh))
    held = store.current()
    assert held["kwh"].to_list() == [kwh for _, (_, kwh) in sorted(expected.items())]


def test_what_was_not_committed_can_be_taken_back_and_stays_back(store):
    committed = store.append(reads("a", [1.0]))
    store.append(reads("a", [5.0], arrived=ARRIVED + HALF))
    store.restore(committed)
    assert store.version() == committed
    assert store.current()["kwh"].to_list() == [1]
    store.restore(committed)
    assert store.version() == committed
    later = store.append(reads("b", [3.0]))
    assert later > committed
    assert store.version() == later
    assert store.current()["meter_point_id"].to_list() == ["a", "b"]
    assert store.current(version=committed)["meter_point_id"].to_list() == ["a"]


def test_a_table_of_which_nothing_was_committed_is_gone(store):
    store.append(reads("a", [1.0]))
    store.restore(None)
    assert store.version() is None
    assert store.current().is_empty()
    assert store.append(reads("a", [2.0])) == 0


def test_half_written_files_are_invisible(store):
    committed = store.append(reads("a", [1.0]))
    (store.root / "part-00000-killed.snappy.parquet").write_bytes(b"PAR1 half a file")
    assert store.current()["kwh"].to_list() == [1]
    assert store.version() == committed


def test_compaction_keeps_every_row_and_every_moment(store):
    store.append(reads("b", [1.0, 2.0]))
    store.append(reads("a", [3.0]))
    store.append(reads("b", [9.0], arrived=ARRIVED + HALF))
    before = store.current(), store.current(as_at=ARRIVED)
    version = store.compact()
    assert store.version() == version
    assert store.current().equals(before[0])
    assert store.current(as_at=ARRIVED).equals(before[1])
    store.purge()
    assert store.current().equals(before[0])


def test_erasure_leaves_no_byte_of_the_home(store):
    store.append(reads("a", [1.0]))
    store.append(reads("1200000000011", [2.0]))
    store.erase(["1200000000011"])
    store.purge()
    assert store.current()["meter_point_id"].to_list() == ["a"]
    files = list(store.root.glob("*.parquet"))
    assert files
    assert not any(b"1200000000011" in path.read_bytes() for path in files)
    assert not pl.read_parquet(files).filter(pl.col("meter_point_id") == "1200000000011").height


def test_meter_points_are_listed_with_their_span(store):
    store.append(reads("a", [1.0, 2.0, 3.0]))
    store.append(reads("a", [4.0], arrived=ARRIVED + HALF))
    assert store.meter_points().rows() == [("a", "AI", MIDNIGHT, MIDNIGHT + 2 * HALF, 3)]


def pairing(valid_from=None, valid_to=None):
    return pl.DataFrame(
        {
            "import_mpan": ["imp"],
            "export_mpan": ["exp"],
            "valid_from": [valid_from],
            "valid_to": [valid_to],
        },
        schema_overrides={"valid_from": pl.Date, "valid_to": pl.Date},
    )


def test_a_pairing_joins_export_onto_import(store):
    store.append(reads("imp", [1.0, 2.0]))
    store.append(reads("exp", [0.5, 0.6], quantity="AE"))
    frame = store.boundary(pairing())
    assert frame["mpan"].to_list() == ["imp", "imp"]
    assert frame["export_kwh"].to_list() == [pytest.approx(0.5), pytest.approx(0.6)]
    assert store.boundary(pairing(), meter_points=["imp"]).equals(frame)
    assert check(frame, READS, "reads").height == 2


def test_a_pairing_holds_on_its_local_days_only(store):
    store.append(reads("imp", [1.0] * 96))
    store.append(reads("exp", [0.5] * 96, quantity="AE"))
    frame = store.boundary(pairing(dt.date(2025, 7, 2)))
    joined = frame.filter((pl.col("mpan") == "imp") & pl.col("export_kwh").is_not_null())
    # 2 July begins at 23:00 UTC on 1 July.
    assert joined["ts_utc"].min() == MIDNIGHT + 46 * HALF
    assert frame.filter(pl.col("mpan") == "exp").height == 46


def test_export_under_the_import_mpan_needs_no_pairing(store):
    store.append(reads("imp", [1.0]))
    store.append(reads("imp", [0.5], quantity="AE"))
    assert store.boundary().select("import_kwh", "export_kwh").rows() == [(1, 0.5)]


def test_no_export_register_is_null_and_a_gap_in_one_is_not_zero(store):
    store.append(reads("plain", [1.0] * 3))
    store.append(reads("imp", [1.0] * 3))
    export = reads("imp", [0.5] * 3, quantity="AE")
    store.append(pl.concat([export[:1], export[2:]]))
    frame = store.boundary()
    assert frame.filter(pl.col("mpan") == "plain")["export_kwh"].null_count() == 3
    gap = frame.filter(pl.col("mpan") == "imp")["export_kwh"].is_nan().to_list()
    assert gap == [False, True, False]
    cube = cube_from_reads(frame)
    site = cube.mpan.index("imp")
    assert [bool(x) for x in (cube.net_kw[site, 0, :3] != cube.net_kw[site, 0, :3])] == gap


def test_an_estimate_on_either_side_is_an_estimated_boundary(store):
    store.append(reads("imp", [1.0]))
    store.append(reads("imp", [0.5], quantity="AE", quality="estimated"))
    assert store.boundary()["quality"].to_list() == ["estimated"]


def test_a_quarantined_row_keeps_its_latest_status(tmp_path):
    from characterise.extracts import read_extract

    data = b"MPAN,Date,Unit,Period,Value\n"
    times = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
    data = f"MPAN,Date,Unit,{times}\n1200023305968,15/01/2025,kWh,{','.join('1' * 48)}\n".encode()
    rejected = read_extract(data, "x.csv").quarantined
    rows = rows_of(rejected, source_id="s", file="x.csv", target="boundary", at=ARRIVED)
    store = QuarantineStore(tmp_path / "quarantine")
    store.append(rows)
    assert store.current()["status"].to_list() == [OPEN]
    store.append(marked(rows, REPLAYED, ARRIVED + HALF))
    assert store.current().is_empty()
    assert store.current(status=None)["status"].to_list() == [REPLAYED]
    store.erase(["1200023305968"])
    store.purge()
    assert store.current(status=None).is_empty()


def test_quotes_in_an_identifier_do_no_harm(tmp_path):
    table = AppendTable(tmp_path / "t", STORED)
    table.append(reads("serial:O'Neil", [1.0]))
    store = ReadsStore(tmp_path / "t")
    store.erase(["serial:O'Neil"])
    assert store.current().is_empty()
