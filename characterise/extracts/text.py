"""Bytes of a text extract -> rows of cells: encodings, separators, line ends, quotes, NULs."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from characterise.errors import UnreadableExtract
from characterise.extracts.table import Table
from characterise.finding import Finding

_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_LOST_BOM: Final = b"\xef\xbf\xbd"  # U+FFFD: what is left of a BOM that was decoded as UTF-8
_DELIMITERS: Final = (",", ";", "\t", "|")
_DECIMAL: Final = re.compile(r"^([+-]?\d+),(\d+)$")
_BINARY: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\x1f\x8b", b"PAR1")
_CONTROLS: Final = bytes({*range(1, 32)} - {9, 10, 11, 12, 13, 26, 27}) + b"\x7f"
"""Bytes that no text holds: controls other than white space, NUL, substitute and escape."""
_MOST_CONTROLS: Final = 0.02
_SAMPLED: Final = 65_536


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a file, how it was encoded, and what had to be repaired."""

    text: str
    encoding: str
    findings: tuple[Finding, ...]


def decode(data: bytes) -> Decoded:
    """Text of ``data`` with BOM, NULs and undecodable characters taken out and reported.

    Raises
    ------
    UnreadableExtract
        The bytes are no text.
    """
    if data.startswith(_BINARY):
        raise UnreadableExtract("the file is binary, not text; export it as CSV or XLSX")
    findings: list[Finding] = []
    encoding, body = _sniff_encoding(data, findings)
    sample = data[:_SAMPLED]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if not encoding.startswith("utf-16") and controls > _MOST_CONTROLS * len(sample):
        raise UnreadableExtract("the file is binary, not text; export it as CSV or XLSX")
    if encoding.startswith("utf-16") and len(body) % 2:
        body = body[:-1]  # half a character is left over where a tool split the bytes into lines
    text = body.decode(encoding, errors="replace")
    lost = text.count("\ufffd")
    if lost:
        findings.append(
            Finding(
                "undecodable_characters",
                f"{lost} characters are no {encoding}; they stand as a question mark.",
                {"characters": lost},
            )
        )
    nulls = text.count("\0")
    if nulls:
        text = text.replace("\0", "")
        findings.append(
            Finding("null_characters", f"{nulls} NUL characters were dropped.", {"nulls": nulls})
        )
    return Decoded(text.replace("\ufeff", ""), encoding, tuple(findings))


def _sniff_encoding(data: bytes, findings: list[Finding]) -> tuple[str, bytes]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, data[len(bom) :]
    body = data
    while body.startswith(_LOST_BOM):
        body = body[len(_LOST_BOM) :]
    if body is not data:
        findings.append(
            Finding("damaged_bom", "The byte order mark was damaged on the way; it was dropped.")
        )
    sample = body[:4000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 5 and odd > 4 * even:
        return "utf-16-le", body
    if even > len(sample) // 5 and even > 4 * odd:
        return "utf-16-be", body
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", body
    return "utf-8", body


def split(decoded: Decoded) -> Table:
    """Rows of cells; a line whose quote never closes stays one broken row."""
    text = decoded.text
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    stated, first = _sep_line(lines)
    delimiter = stated or _sniff_delimiter(lines[first:])
    cells: list[list[str]] = []
    numbers: list[int] = []
    broken: set[int] = set()
    for number, line in enumerate(lines[first:], start=first + 1):
        if not line.strip(" \t,;|"):
            continue
        if line.count('"') % 2:
            broken.add(number)
            row = line.replace('"', "").split(delimiter)
        elif '"' in line:
            row = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
        else:
            row = line.split(delimiter)
        cells.append([cell.strip() for cell in row])
        numbers.append(number)
    if delimiter != "," and _commas_are_decimal(cells):
        cells = [[_DECIMAL.sub(r"\1.\2", cell) for cell in row] for row in cells]
    cut = numbers[-1] if numbers and numbers[-1] == len(lines) else 0
    return Table(
        name="",
        cells=cells,
        lines=numbers,
        broken=frozenset(broken),
        cut_line=cut,
        findings=decoded.findings,
    )


def _sep_line(lines: list[str]) -> tuple[str | None, int]:
    for index, line in enumerate(lines[:5]):
        if not line.strip():
            continue
        head = line.strip().strip('"')
        if head.lower().startswith("sep=") and len(head) == 5:
            return head[4], index + 1
        break
    return None, 0


def _sniff_delimiter(lines: list[str]) -> str:
    counts: Counter[str] = Counter()
    for line in [line for line in lines if line.strip()][:200]:
        for delimiter in _DELIMITERS:
            if delimiter in line:
                counts[delimiter] += min(line.count(delimiter), 60)
    if not counts:
        return ","
    # A decimal comma beside semicolons or tabs must not win the count.
    if counts[";"] * 4 >= counts[","] and counts[";"]:
        return ";"
    if counts["\t"] * 4 >= counts[","] and counts["\t"]:
        return "\t"
    return counts.most_common(1)[0][0]


def _commas_are_decimal(cells: list[list[str]]) -> bool:
    numbers = [
        cell for row in cells for cell in row if "," in cell and cell.replace(",", "").isdigit()
    ]
    return bool(numbers) and not any(
        "." in cell and _is_number(cell) for row in cells for cell in row
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
