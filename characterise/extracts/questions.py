"""What each code means to a person, and the one thing to do about it."""

from __future__ import annotations

from typing import Final

EXPLAIN: Final[dict[str, tuple[str, str]]] = {
    "row_broken": (
        "The row's quotation never closes, so its cells cannot be trusted.",
        "Correct the row in the source and ingest it again.",
    ),
    "not_electricity": (
        "The row says that it is not electricity.",
        "Leave it out; it is kept here only so that nothing disappears.",
    ),
    "date_unreadable": (
        "The date cannot be read, or does not exist.",
        "Correct the date in the source and ingest it again.",
    ),
    "date_order_unknown": (
        "Some dates in this file only make sense day first, others only month first.",
        'Which is it here? Give {"date_order": "day_first"}, or "month_first", in --map.',
    ),
    "time_unreadable": (
        "There is no time that can be read beside the date.",
        "Correct the time in the source and ingest it again.",
    ),
    "value_unreadable": (
        "The reading is no number.",
        "Correct it in the source; leave the cell empty where there is no reading.",
    ),
    "value_negative": (
        "The reading is negative; import and export are both counted upwards.",
        "Is this a net series? Split it into import and export before ingesting.",
    ),
    "value_cut": (
        "The file ends inside this row; its last number may be cut short.",
        "Ask the sender for the whole file.",
    ),
    "unit_unknown": (
        "Nothing in the file says what unit the readings are in.",
        'Are they kWh, kW or another unit? Give {"unit": "kWh"} in --map and replay.',
    ),
    "unit_wrong": (
        "The unit does not fit the quantity.",
        'Say which unit it is: {"unit": "kWh"} in --map.',
    ),
    "day_unknown": (
        "A row holds a whole day and is named by a moment, which may open that day or close it.",
        'Is it the day that begins or that ends then? Give {"day": "opens"} or "closes" in --map.',
    ),
    "unit_contradicted": (
        "The readings of a day do not add up to the day's own total in the unit the file names.",
        'Are they kW or kWh? Give {"unit": "kW"} or another unit in --map and replay.',
    ),
    "value_implausible": (
        "No meter gives this much in one interval; it looks like a filler or a slip.",
        "Correct it in the source; leave the cell empty where there is no reading.",
    ),
    "formula_unread": (
        "The cell holds a formula, and the file keeps no result of it.",
        "Open and save the file in a spreadsheet, or export it as CSV, and ingest it again.",
    ),
    "day_incomplete": (
        "The row has fewer readings than the day has half-hours; nothing says which is missing.",
        "Ask for the day with an empty cell where there is no reading.",
    ),
    "row_misaligned": (
        "The row has more cells than the header, so nothing says which reading is which.",
        "Correct the row in the source (an unquoted comma?) and ingest it again.",
    ),
    "side_unknown": (
        "Nothing shows whether times name the start or the end of a half-hour.",
        'Does 00:30 begin or end its half-hour? Give {"side": "start"} or "end" in --map.',
    ),
    "clock_unknown": (
        "These days are in summer time and nothing shows whether times are UTC or local.",
        'Are the times UTC or local? Give {"clock": "UTC"} or "local" in --map and replay.',
    ),
    "time_does_not_exist": (
        "Clocks go forward over this time, so no such half-hour exists.",
        'If the file keeps UTC, give {"clock": "UTC"} in --map; else leave it out.',
    ),
    "repeated_hour_unknown": (
        "Clocks go back over this hour, which comes twice; the file has it once.",
        "Ask for a file with 50 periods, or with UTC times, for this day.",
    ),
    "period_beyond_day": (
        "The day has fewer settlement periods than this.",
        'If days are UTC days of 48, give {"clock": "UTC"} in --map; else leave it out.',
    ),
    "off_grid": (
        "The time does not fall on the file's own grid of intervals.",
        "Ask for half-hourly readings on the hour and half hour.",
    ),
    "interval_too_long": (
        "The intervals are longer than an hour.",
        "Ask for half-hourly readings; a longer one cannot be divided honestly.",
    ),
    "conflicting_duplicate": (
        "Two different readings stand for one half-hour and nothing says which is later.",
        "Which one holds? Ingest a file that has only that one.",
    ),
}


def message_of(code: str) -> str:
    """One sentence on what the code means."""
    return EXPLAIN[code][0] if code in EXPLAIN else code.replace("_", " ").capitalize() + "."


def fix_of(code: str) -> str:
    """The one thing to do about it."""
    return EXPLAIN[code][1] if code in EXPLAIN else "Correct the source and ingest it again."


_UNITS: Final = ("kWh", "kW", "Wh", "MWh", "W", "MW")
ANSWERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "unit_unknown": ("unit", _UNITS),
    "unit_contradicted": ("unit", _UNITS),
    "side_unknown": ("side", ("start", "end")),
    "clock_unknown": ("clock", ("UTC", "local")),
    "date_order_unknown": ("date_order", ("day_first", "month_first", "year_first")),
    "day_unknown": ("day", ("opens", "closes")),
}
"""Code -> the setting of a `Mapping` that answers it for a whole file, and what it may say."""
QUESTIONS: Final = tuple(ANSWERS)
