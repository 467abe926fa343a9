"""A small file with the faults that real exports have, so that quarantine has something to show."""

from __future__ import annotations

from collections.abc import Sequence

from characterise.simulate.channel import PERIODS
from characterise.simulate.identifiers import fictional

_SHAPE = [0.11, 0.10, 0.09, 0.10, 0.12, 0.31, 0.28, 0.22, 0.24, 0.30, 0.33, 0.42]


def faulty_file() -> bytes:
    """Wide by period; every fault names itself in the Note column."""
    good = fictional("12", 900_010)
    other = fictional("12", 900_020)
    slip = other[:12] + str((int(other[12]) + 1) % 10)
    names = [str(period) for period in range(1, PERIODS + 1)]
    lines = [",".join(["MPAN", "Measurement Quantity", "Unit", "Settlement Date", *names, "Note"])]

    def add(mpan: str, date: str, note: str, values: Sequence[str]) -> None:
        lines.append(",".join([mpan, "AI", "kWh", date, *values, note]))

    for day in range(1, 8):
        add(good, f"{day:02d}/09/2026", "", _day(day))
    add(good, "08/09/2026", "sent twice with other values", _day(8))
    add(good, "08/09/2026", "sent twice with other values", _day(9, factor=1.4))
    add(good, "31/02/2026", "no such day", _day(3))
    add(good, "09/09/2026", "nothing was read", [""] * PERIODS)
    broken = _day(4)
    broken[17], broken[30] = "n/a", "#REF!"
    add(good, "10/09/2026", "two cells hold no number", broken)
    huge = _day(5)
    huge[20] = "9999999"
    add(good, "11/09/2026", "a register roll-over", huge)
    add(slip, "01/09/2026", "check digit does not fit", _day(1))
    add("1.29900090003E+12", "01/09/2026", "digits lost in a spreadsheet", _day(2))
    return ("\r\n".join(lines) + "\r\n").encode()


def _day(seed: int, *, factor: float = 1.0) -> list[str]:
    values = [
        f"{factor * _SHAPE[(period // 4) % len(_SHAPE)] * (1 + (period * seed) % 7 / 10):.3f}"
        for period in range(48)
    ]
    return [*values, "", ""]
