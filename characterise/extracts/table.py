"""One sheet of text cells, as a file or a workbook gives it, before anyone knows what it means."""

from __future__ import annotations

from dataclasses import dataclass, field

from characterise.finding import Finding


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text cells with where each came from.

    Parameters
    ----------
    name
        Sheet name; empty for a text file.
    cells
        Non-empty rows, ragged, stripped.
    lines
        One-based row number in the source of each row.
    broken
        Line numbers whose quoting never closes: their cells cannot be trusted.
    cut_line
        Line number of a last line that ends without a line end, else 0.
    statuses
        Quality that a cell's fill colour states, aligned with ``cells``; None without a legend.
    """

    name: str
    cells: list[list[str]]
    lines: list[int]
    broken: frozenset[int] = frozenset()
    cut_line: int = 0
    statuses: list[list[str]] | None = None
    findings: tuple[Finding, ...] = field(default=())

    @property
    def width(self) -> int:
        """Cells of the longest row."""
        return max((len(row) for row in self.cells), default=0)
