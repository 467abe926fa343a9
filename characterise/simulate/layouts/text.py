"""How a text file is laid on bytes: separators, quotes, line ends, encodings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Choices of the program that exported a text file.

    Parameters
    ----------
    delimiter
        One of comma, semicolon, tab and bar.
    decimal_comma
        Numbers are written ``1,5``; only where the delimiter is no comma.
    encoding
        ``utf-8``, ``utf-8-sig``, ``utf-16`` (with its byte order mark) or ``cp1252``.
    line_end
        Line feed, carriage return, or both.
    quoted
        Every cell stands in double quotes.
    sep_line
        A first line ``sep=,`` tells a spreadsheet the separator.
    spaced
        A space follows each separator.
    closed
        The last line has a line end too.
    """

    delimiter: str = ","
    decimal_comma: bool = False
    encoding: str = "utf-8"
    line_end: str = "\n"
    quoted: bool = False
    sep_line: bool = False
    spaced: bool = False
    closed: bool = True

    def write(self, rows: Iterable[Sequence[str]]) -> bytes:
        """Bytes of the rows."""
        glue = self.delimiter + (" " if self.spaced else "")
        lines = [glue.join(self._cell(cell) for cell in row) for row in rows]
        if self.sep_line:
            lines.insert(0, f"sep={self.delimiter}")
        body = self.line_end.join(lines) + (self.line_end if self.closed else "")
        return body.encode(self.encoding)

    def number(self, text: str) -> str:
        """A number in this file's notation."""
        return text.replace(".", ",") if self.decimal_comma else text

    def _cell(self, text: str) -> str:
        if self.quoted or self.delimiter in text or '"' in text:
            return '"' + text.replace('"', '""') + '"'
        return text
