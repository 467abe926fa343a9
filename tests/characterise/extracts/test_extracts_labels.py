"""Headers that suppliers use: which columns are half-hours, and what their labels say."""

from __future__ import annotations

import pytest

from characterise.extracts.labels import blocks_of, is_flag_block

STARTS = [f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30)]
ENDS = [*STARTS[1:], "00:00"]
PERIODS = range(1, 49)


def beside(labels, flag):
    return [name for label in labels for name in (label, flag)]


HEADERS = {
    "start": (["MPAN", "Date", *STARTS], "wall", "start"),
    "end": (["MPRN", "Date", *ENDS], "wall", "end"),
    "end as 24:00": (["ID", "Date", *[f"[{t}]" for t in [*STARTS[1:], "24:00"]]], "wall", "end"),
    "end, one digit": (["MPAN", "Date", *[f"{int(t[:2])}{t[2:]}" for t in ENDS]], "wall", "end"),
    "seconds": (["Channel", "Date", *[f"{t}:00" for t in ENDS]], "wall", "end"),
    "H0030": (["MPR", "ReadDate", *["H" + t.replace(":", "") for t in STARTS]], "wall", "start"),
    "hr0030": (["MPRN", "Date", *["hr" + t.replace(":", "") for t in ENDS]], "wall", "end"),
    "reading0000": (
        ["mpan", "time", *["reading" + t.replace(":", "") for t in STARTS]],
        "wall",
        "start",
    ),
    "HH_00_00_00": (
        ["meterPoint", *["consumptionHH_" + t.replace(":", "_") + "_00" for t in STARTS]],
        "wall",
        "start",
    ),
    "plain 30 to 2400": (
        ["MPAN", "DATE", *[str(int(t.replace(":", ""))) for t in STARTS[1:]], "2400"],
        "wall",
        "end",
    ),
    "am and pm": (
        [
            "MPRN",
            "Date",
            *[
                f"{int(t[:2]) % 12 or 12}:{t[3:]} {'AM' if int(t[:2]) < 12 else 'PM'}"
                for t in STARTS
            ],
        ],
        "wall",
        "start",
    ),
    "ranges": (
        ["MSN", "Date", *[f"{a} - {b}" for a, b in zip(STARTS, ENDS, strict=True)]],
        "wall",
        "start",
    ),
    "kWh_1": (["MPAN", "Date", *[f"kWh_{n}" for n in PERIODS]], "period", "start"),
    "HH01": (["id", "read_date", *[f"hh{n:02d}" for n in PERIODS]], "period", "start"),
    "1 to 50": (
        ["Mpan", "Settlement Date", *map(str, range(1, 51)), "Grand Total"],
        "period",
        "start",
    ),
    "interval_1": (
        ["mpxn", "reading_date", *[f"interval_{n}" for n in PERIODS]],
        "period",
        "start",
    ),
    "worded": (
        ["MPAN", "Date", *[f"Consumption(KWh) HH{n}" for n in range(1, 51)]],
        "period",
        "start",
    ),
    "flag beside": (["MPAN", "Date (UTC)", "Total kWh", *beside(STARTS, "Type")], "wall", "start"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_block_and_its_side_are_found(name):
    header, kind, side = HEADERS[name]
    values = [block for block in blocks_of(header) if not is_flag_block(block)]
    assert [(block.kind, block.side) for block in values] == [(kind, side)]
    assert len(values[0].columns) in (48, 50)
    first = 1 if kind == "period" else 0
    assert values[0].slots[:3] == (first, first + 1, first + 2)


def test_numbered_flags_are_a_block_of_their_own():
    header = [
        "MPAN",
        *[f(n) for n in PERIODS for f in (lambda n: f"ReadTypeHH{n}", lambda n: f"HH{n}")],
    ]
    blocks = blocks_of(header)
    assert sorted(is_flag_block(block) for block in blocks) == [False, True]


def test_energy_and_reactive_energy_are_two_blocks():
    header = ["MPAN", *[f"kWh_{n}" for n in PERIODS], *[f"kVArh_{n}" for n in PERIODS]]
    assert [block.stem for block in blocks_of(header)] == ["kwh", "kvarh"]


def test_the_repeated_hour_of_its_own_columns_joins_the_block():
    (block,) = blocks_of(["Reading Date", *ENDS, "DST +0:30", "DST +1:00"])
    assert block.slots[-2:] == (48, 49)


def test_a_few_numbered_columns_are_no_day():
    assert blocks_of(["MPAN", *[f"Rate {n}" for n in range(1, 9)]]) == []


def test_statuses_of_the_repeated_hour_are_not_taken_from_its_readings():
    names = []
    for label in (*(f"H{n // 2:02d}{n % 2 * 30:02d}" for n in range(48)), "DST +0:30", "DST +1:00"):
        names += [label, f"Estimated / Actual {label}"]
    values, statuses = sorted(blocks_of(names), key=is_flag_block)
    assert values.columns == tuple(range(0, 100, 2))
    assert statuses.columns == tuple(range(1, 100, 2))
