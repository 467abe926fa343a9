"""Real extracts with one thing changed: no crash, no hang, and nothing vanishes.

What accounting means
---------------------
A reading is a cell of a column of readings that holds something. Of a file or sheet either

- nothing is read, and a finding says so for all of its rows; or
- each reading is an accepted half-hour, or one of the ``values`` of a quarantined row, or one of
  the readings that the finding ``repeated_rows`` counts (the same again, or an earlier arrival).

So ``accepted + quarantined values + repeats`` is at least the number of readings. It may be more:
a header in the middle of a table is quarantined as a row of readings that are no numbers.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import polars as pl
import pytest
from byte_mutations import BYTE_CHANGES, change_book, held_in_book
from mutations import CHANGES
from sheets import sheet_of

from characterise.extracts import file_report, read_extract

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("FMAR_DATA", ROOT.parent / "shared" / "data")) / "extracts"
INDEX = json.loads((FOLDER / "INDEX.json").read_text()) if (FOLDER / "INDEX.json").exists() else []
FILES = sorted(entry["file"] for entry in INDEX)
TEXTS = [name for name in FILES if name.endswith(".csv")]
BOOKS = [name for name in FILES if name.endswith(".xlsx")]
NOTHING_READ = {
    "not_meter_data",
    "layout_unknown",
    "no_dates",
    "not_readable",
    "empty_file",
    "no_rows",
}
NO_METER_DATA = ("ev_sessions_dundee_2018_jun.csv", "ev_sessions_pkc_2016_17.csv")
LONGEST_SECONDS = 20.0
"""A reader that takes longer over such a file hangs; this is no claim about its speed."""

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not INDEX, reason=f"needs the real extracts: none at {FOLDER}"),
]


def read_in_time(data, what):
    started = time.monotonic()
    reading = read_extract(data, "changed")
    took = time.monotonic() - started
    assert took < LONGEST_SECONDS, f"{what}: {took:.0f} s"
    json.dumps(file_report(reading))
    return reading


def accounted(reading):
    repeats = sum(
        int(found.evidence["n"]) for found in reading.findings if found.code == "repeated_rows"
    )
    outside = sum(
        int(found.evidence["cells"])
        for found in reading.findings
        if found.code in ("rows_outside_table", "columns_left_out")
    )
    return reading.accepted.height + int(reading.quarantined["values"].sum()) + repeats + outside


def assert_sound(reading, what):
    """What is accepted could be true, and whatever is held back says why."""
    assert reading.accepted["kwh"].is_finite().all(), what
    assert (reading.accepted["kwh"] >= 0).all(), what
    held = pl.col("code", "message", "fix").str.len_chars() > 0
    assert reading.quarantined.select(pl.all_horizontal(held).all()).item(), what
    if reading.accepted.is_empty() and reading.quarantined.is_empty():
        assert reading.findings, f"{what}: nothing read and nothing said"


def assert_accounted(reading, expected, what):
    assert_sound(reading, what)
    codes = {found.code for found in reading.findings}
    if reading.accepted.is_empty() and reading.quarantined.is_empty():
        said = NOTHING_READ | ({"blank_readings"} if not expected else set())
        assert codes & said, f"{what}: {codes}"
        return
    held = accounted(reading)
    assert held >= expected, f"{what}: {held} of {expected} readings accounted for; {codes}"


def expected_of_book(reading, data):
    """Readings of the sheets that no finding names as unread."""
    unread = " ".join(f.because for f in reading.findings if f.code in NOTHING_READ)
    return sum(held for title, held in held_in_book(data).items() if repr(title) not in unread)


def changed(name, change, seed):
    rng = random.Random(f"{name}/{change}/{seed}")
    sheet = CHANGES[change](rng, sheet_of((FOLDER / name).read_bytes()))
    return sheet.data(), sheet.held()


def run_changes(change, times):
    """``times`` changed files; every one that is not accounted for is told."""
    faults = []
    rng = random.Random(f"which/{change}")
    readable = [name for name in TEXTS if name not in NO_METER_DATA]
    for seed in range(times):
        name = rng.choice(readable)
        data, expected = changed(name, change, seed)
        what = f"{name}, {change}, seed {seed}"
        try:
            assert_accounted(read_in_time(data, what), expected, what)
        except AssertionError as fault:
            faults.append(str(fault).split("\n", maxsplit=1)[0])
        except Exception as fault:  # a reader that stops is the finding
            faults.append(f"{what}: {type(fault).__name__}: {fault}"[:300])
    assert not faults, f"{len(faults)} of {times}:\n" + "\n".join(faults[:12])


def run_byte_changes(change, times):
    faults = []
    rng = random.Random(f"which/{change}")
    for seed in range(times):
        name = rng.choice(FILES)
        what = f"{name}, {change}, seed {seed}"
        data = BYTE_CHANGES[change](random.Random(what), (FOLDER / name).read_bytes())
        try:
            assert_sound(read_in_time(data, what), what)
        except AssertionError as fault:
            faults.append(str(fault).split("\n", maxsplit=1)[0])
        except Exception as fault:  # a reader that stops is the finding
            faults.append(f"{what}: {type(fault).__name__}: {fault}"[:300])
    assert not faults, f"{len(faults)} of {times}:\n" + "\n".join(faults[:12])


def run_book_changes(times):
    faults = []
    rng = random.Random("books")
    for seed in range(times):
        name = rng.choice(BOOKS)
        kind, data = change_book(random.Random(f"{name}/{seed}"), (FOLDER / name).read_bytes())
        what = f"{name}, {kind}, seed {seed}"
        try:
            reading = read_in_time(data, what)
            assert_accounted(reading, expected_of_book(reading, data), what)
        except AssertionError as fault:
            faults.append(str(fault).split("\n", maxsplit=1)[0])
        except Exception as fault:  # a reader that stops is the finding
            faults.append(f"{what}: {type(fault).__name__}: {fault}"[:300])
    assert not faults, f"{len(faults)} of {times}:\n" + "\n".join(faults[:12])


@pytest.mark.parametrize("name", [name for name in TEXTS if name not in NO_METER_DATA] or ["none"])
def test_every_reading_of_an_unchanged_extract_is_accounted_for(name):
    data = (FOLDER / name).read_bytes()
    assert_accounted(read_in_time(data, name), sheet_of(data).held(), name)


@pytest.mark.parametrize("name", BOOKS or ["none"])
def test_every_reading_of_an_unchanged_workbook_is_accounted_for(name):
    data = (FOLDER / name).read_bytes()
    reading = read_in_time(data, name)
    assert_accounted(reading, expected_of_book(reading, data), name)


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_changed_table_is_accounted_for(change):
    run_changes(change, 6)


@pytest.mark.parametrize("change", sorted(BYTE_CHANGES))
def test_changed_bytes_never_stop_the_reader(change):
    run_byte_changes(change, 6)


def test_changed_workbooks_are_accounted_for():
    run_book_changes(8)


@pytest.mark.parametrize("seed", range(6))
def test_two_files_in_one_are_accounted_for_or_refused(seed):
    rng = random.Random(seed)
    names = rng.sample([name for name in TEXTS if name not in NO_METER_DATA], 2)
    first, second = (sheet_of((FOLDER / name).read_bytes()) for name in names)
    reading = read_in_time(first.data() + second.data(), str(names))
    assert_accounted(reading, first.held() + second.held(), f"{names[0]} then {names[1]}")


@pytest.mark.soak
@pytest.mark.parametrize("change", sorted(CHANGES))
def test_many_changed_tables_are_accounted_for(change):
    run_changes(change, 60)


@pytest.mark.soak
@pytest.mark.parametrize("change", sorted(BYTE_CHANGES))
def test_many_changed_bytes_never_stop_the_reader(change):
    run_byte_changes(change, 60)


@pytest.mark.soak
def test_many_changed_workbooks_are_accounted_for():
    run_book_changes(120)
