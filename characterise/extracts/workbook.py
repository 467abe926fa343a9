"""Workbooks -> one `Table` a sheet; a legend sheet turns fill colours into read statuses."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
import zlib
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from characterise.errors import UnreadableExtract
from characterise.extracts.table import Table
from characterise.extracts.vocabulary import quality_of_words

_WHOLE: Final = 1e15
_EPOCH_YEAR: Final = 1900
_MAX_LEGEND_ROWS: Final = 20
_FORMULA: Final = re.compile(rb"<f[ >/]")
_BROKEN: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    SyntaxError,
)
"""What damaged parts of a workbook make its readers raise; broken XML is a SyntaxError."""
MOST_UNPACKED: Final = 500_000_000
"""Bytes that a workbook may unpack to; a year of a thousand meters takes about a tenth."""


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are an Office Open XML workbook."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def sheets(data: bytes) -> list[Table]:
    """Every sheet that holds cells, statuses read from fill colours where a legend explains them.

    Raises
    ------
    UnreadableExtract
        The workbook is damaged or protected.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns about styles that do not matter here
            loaded = _loaded(data, results=True)
            # A formula whose result was never saved reads as nothing; only its text shows it.
            formulas = dict(_loaded(data, results=False)) if _has_formulas(data) else {}
    except _BROKEN as error:
        raise UnreadableExtract(f"the workbook cannot be opened: {error}") from error
    legend = _legend(loaded)
    tables = [
        _table(name, rows, legend, formulas.get(name))
        for name, rows in loaded
        if not _is_legend(name, rows)
    ]
    return [table for table in tables if table.cells]


def _loaded(data: bytes, *, results: bool) -> list[tuple[str, list[list[Any]]]]:
    """Cells of every sheet, formulas as their saved results or as their text."""
    if _unpacked(data) > MOST_UNPACKED:
        raise UnreadableExtract(
            f"the workbook unpacks to more than {MOST_UNPACKED // 1_000_000} MB; split it by month"
        )
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=results)
    loaded = [(str(sheet.title), [list(row) for row in sheet.iter_rows()]) for sheet in book]
    book.close()
    return loaded


def _unpacked(data: bytes) -> int:
    """Bytes that the workbook's parts really unpack to, counted no further than the limit."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            with archive.open(member) as part:
                while total <= MOST_UNPACKED and (piece := part.read(1 << 20)):
                    total += len(piece)
    return total


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        pages = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_FORMULA.search(archive.read(page)) for page in pages if page.endswith(".xml"))


def _table(
    name: str,
    rows: list[list[Any]],
    legend: dict[str, str],
    formulas: list[list[Any]] | None = None,
) -> Table:
    cells, lines, statuses = [], [], []
    for number, row in enumerate(rows, start=1):
        texts = [text_of(cell.value) for cell in row]
        if formulas is not None:
            texts = [
                text or _formula(formulas, number - 1, column) for column, text in enumerate(texts)
            ]
        if not any(texts):
            continue
        cells.append(texts)
        lines.append(number)
        if legend:
            statuses.append([legend.get(_colour(cell), "") for cell in row])
    return Table(name=name, cells=cells, lines=lines, statuses=statuses if legend else None)


def _formula(formulas: list[list[Any]], row: int, column: int) -> str:
    """Text of a formula, empty for any other cell."""
    if row >= len(formulas) or column >= len(formulas[row]):
        return ""
    value = formulas[row][column].value
    return value if isinstance(value, str) and value.startswith("=") else ""


def text_of(value: Any) -> str:
    """Text of a cell as the text readers expect it: ISO dates, HH:MM times, whole numbers plain."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime) and value.year > _EPOCH_YEAR:
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.datetime | dt.time):
        return value.strftime("%H:%M")  # 24:00 comes as midnight of the first day of 1900
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE
    return str(int(value)) if whole else str(value).strip()


def _colour(cell: Any) -> str:
    fill = getattr(cell, "fill", None)
    if fill is None or fill.patternType is None:
        return ""
    colour = fill.fgColor
    return str(colour.rgb) if colour.type == "rgb" else f"theme {colour.theme}"


def _is_legend(name: str, rows: list[list[Any]]) -> bool:
    return "legend" in name.lower() or name.lower() == "key"


def _legend(loaded: list[tuple[str, list[list[Any]]]]) -> dict[str, str]:
    meaning: dict[str, str] = {}
    for name, rows in loaded:
        if not _is_legend(name, rows):
            continue
        for row in rows[:_MAX_LEGEND_ROWS]:
            words = " ".join(text_of(cell.value) for cell in row).strip()
            colours = [colour for colour in map(_colour, row) if colour]
            if words and len(colours) == 1:
                meaning[colours[0]] = quality_of_words(words) or words.lower()
    return meaning
