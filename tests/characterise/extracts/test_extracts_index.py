"""Every real extract: half-hours accepted or quarantined are those that were counted by hand."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from characterise.extracts import file_report, read_extract

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("FMAR_DATA", ROOT.parent / "shared" / "data")) / "extracts"
INDEX = json.loads((FOLDER / "INDEX.json").read_text()) if (FOLDER / "INDEX.json").exists() else []
COUNTED = {
    entry["file"]: entry["half_hours_active_import"]
    for entry in INDEX
    if "half_hours_active_import" in entry
}
MISCOUNTED = {"es_amr_data__row-per-day__all-missing-readings.csv": 28}
"""INDEX.json says 0, but the file holds 28 numbers (awk counts them too); they are kept."""
NO_METER_DATA = (
    "ev_sessions_dundee_2018_jun.csv",
    "ev_sessions_pkc_2016_17.csv",
    "energy_sparks_supplier_layout_catalogue.json",
    "INDEX.json",
)

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not INDEX, reason=f"needs the real extracts: none at {FOLDER}"),
]


def report_of(name: str) -> dict:
    return file_report(read_extract((FOLDER / name).read_bytes(), name))


@pytest.mark.parametrize("name", sorted(COUNTED) or ["none"])
def test_every_half_hour_is_accepted_or_quarantined(name):
    report = report_of(name)
    held = report["half_hours_accepted"] + report["half_hours_quarantined"]
    assert held == MISCOUNTED.get(name, COUNTED[name])


@pytest.mark.parametrize("name", NO_METER_DATA)
def test_a_file_that_is_no_meter_data_says_so(name):
    assert [finding["code"] for finding in report_of(name)["findings"]] == ["not_meter_data"]


@pytest.mark.parametrize("name", sorted(entry["file"] for entry in INDEX) or ["none"])
def test_nothing_is_held_back_without_a_reason_and_a_fix(name):
    reading = read_extract((FOLDER / name).read_bytes(), name)
    assert (reading.quarantined["code"] != "").all()
    assert (reading.quarantined["message"] != "").all()
    assert (reading.quarantined["fix"] != "").all()
    assert reading.accepted.height or reading.quarantined.height or reading.findings


def test_reactive_blocks_stay_apart():
    counts = report_of("xlsx_bryt_pivot_multi_sheet.xlsx")["by_quantity"]
    assert {quantity: n["accepted"] for quantity, n in counts.items()} == {
        "AI": 5520,
        "RE": 5520,
        "RI": 5520,
    }


def test_a_site_without_a_name_is_asked_for_and_its_unit_is_not():
    report = report_of("gb_pod_demand_halfhour.csv")
    assert [finding["code"] for finding in report["findings"]] == ["meter_point_unknown"]
    settled = {found["what"]: found["value"] for found in report["detections"]}
    assert (settled["unit"], settled["clock"], settled["side"]) == ("MW", "UTC", "start")


def test_a_clue_of_the_layout_against_the_days_of_the_file_is_a_question():
    report = report_of("long_highlands_offset.csv")
    assert [finding["code"] for finding in report["findings"]] == ["side_unknown"]
