"""Bytes to cells: what suppliers' systems do to text must cost no reading."""

from __future__ import annotations

import pytest

from characterise.extracts import read_extract

MPAN = "1200023305967"
BODY = "MPAN,Date,Unit," + ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
BODY += f"\n{MPAN},15/01/2025,kWh," + ",".join(["0.5"] * 48) + "\n"


@pytest.mark.parametrize(
    "data",
    [
        BODY.encode(),
        b"\xef\xbb\xbf" + BODY.encode(),
        BODY.encode("utf-16"),
        BODY.encode("utf-16-le"),
        BODY.encode("utf-16-be"),
        b"\xef\xbf\xbd\xef\xbf\xbd" + BODY.encode("utf-16-le"),
        BODY.replace("\n", "\r").encode(),
        BODY.replace("\n", "\r\n").encode(),
        BODY.replace("\n", "\n\n").encode(),
        BODY.replace("15/01/2025", "15/01/2025\0").encode(),
        ("sep=,\n" + BODY).encode(),
        BODY.replace(",", ";").encode(),
        BODY.replace(",", "\t").encode(),
        BODY.replace(",", ";").replace("0.5", "0,5").encode(),
        BODY.replace("MPAN,", "MPAN£,").encode("cp1252"),
        ("Supplier report\nSite: A\n\n" + BODY + "\nEnd of report\n").encode(),
    ],
    ids=[
        "utf-8",
        "utf-8 bom",
        "utf-16 bom",
        "utf-16-le",
        "utf-16-be",
        "damaged bom",
        "cr",
        "crlf",
        "blank lines",
        "nul",
        "sep line",
        "semicolons",
        "tabs",
        "decimal comma",
        "cp1252",
        "lines around",
    ],
)
def test_a_day_survives_its_packaging(data):
    reading = read_extract(data, "day.csv")
    assert reading.quarantined.is_empty()
    assert reading.accepted["kwh"].to_list() == [0.5] * 48


def test_an_empty_file_is_a_finding():
    assert [f.code for f in read_extract(b"", "empty.csv").findings] == ["empty_file"]


def test_a_binary_file_is_a_finding_that_says_what_to_do():
    reading = read_extract(b"%PDF-1.7 ...", "bill.pdf")
    assert [f.code for f in reading.findings] == ["not_readable"]
    assert "export it" in reading.findings[0].because


def test_a_quote_that_never_closes_costs_its_own_row_only():
    broken = BODY + f'"{MPAN}","16/01/2025\n' + BODY.splitlines()[1].replace("15/01", "17/01")
    reading = read_extract((broken + "\n").encode(), "broken.csv")
    assert reading.accepted.height == 96
    assert reading.quarantined["code"].to_list() == ["row_broken"]
    assert reading.quarantined["row"].to_list() == [3]


def test_the_last_number_of_a_file_that_was_cut_is_not_trusted():
    reading = read_extract(BODY.rstrip()[:-10].encode(), "cut.csv")
    assert reading.quarantined["code"].to_list() == ["value_cut"]
    assert reading.accepted.height == 45
