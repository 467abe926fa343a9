"""What reading extracts came to, on the terminal: a row a file, or a summary of many."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from app.cli.outcome import say

if TYPE_CHECKING:
    from rich.table import Table

    from app.workflows.ingest_report import IngestReport, Tally

MOST_ROWS: Final = 40
"""Files that are shown one by one; of more, a summary says more."""
_WIDE: Final = 200
"""Columns of the table where nobody's terminal sets them."""


def show(report: IngestReport) -> None:
    """Show every file, or layouts, findings and the worst files; then the whole and what to do."""
    if len(report.files) <= MOST_ROWS:
        _print(_files(report))
    else:
        _summary(report)
    known = report.statuses["unchanged"]
    before = f" ({known:,} of them read before)" if known else ""
    say(
        f"{len(report.files):,} files{before}: {report.accepted:,} half-hours accepted, "
        f"{report.quarantined:,} in quarantine."
    )
    if report.statuses["not read"]:
        unread = report.statuses["not read"]
        say(f"{unread:,} files could not be read and are tried again next time.")
    if report.passed_over:
        kinds = ", ".join(f"{kind} {n:,}" for kind, n in report.passed_over.most_common(5))
        say(f"{report.passed_over.total():,} files of other kinds were passed over: {kinds}.")
    if report.next_step:
        say(f"Next: {report.next_step}")


def _files(report: IngestReport) -> Table:
    table = _table("File", "Layout", "Rows", "Accepted", "Quarantined", "Findings")
    for file in report.files:
        counts = file["by_quantity"]
        table.add_row(
            _plain(file["file"]),
            file["layout"],
            f"{file['rows_read']:,}",
            _by_quantity(counts, "accepted"),
            _by_quantity(counts, "quarantined"),
            _codes(file["findings"]),
        )
    return table


def _summary(report: IngestReport) -> None:
    if report.by_layout:
        table = _table("Layout", "Files", "Rows", "Accepted", "Quarantined")
        for layout, tally in _ordered(report.by_layout):
            numbers = (tally.files, tally.rows, tally.accepted, tally.quarantined)
            table.add_row(layout, *(f"{number:,}" for number in numbers))
        _print(table)
    if report.by_finding:
        table = _table("Finding", "Files", "Times", "First in")
        for code, tally in _ordered(report.by_finding):
            table.add_row(code, f"{tally.files:,}", f"{tally.found:,}", _plain(tally.example))
        _print(table)
    if report.worst:
        table = _table("Files to look at first", "Quarantined", "Findings")
        for name, quarantined, found in report.worst:
            table.add_row(_plain(name), f"{quarantined:,}", f"{found:,}")
        _print(table)


def _ordered(tallies: dict[str, Tally]) -> list[tuple[str, Tally]]:
    return sorted(tallies.items(), key=lambda item: (-item[1].files, item[0]))


def _table(*titles: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    numbers = ("Rows", "Accepted", "Quarantined", "Files", "Times")
    for title in titles:
        table.add_column(title, justify="right" if title in numbers else "left", overflow="fold")
    return table


def _print(table: Table) -> None:
    from rich.console import Console

    console = Console()
    (console if console.is_terminal else Console(width=_WIDE)).print(table)


def _plain(name: str) -> Any:
    from rich.text import Text

    return Text(name)  # a file may be called [red]


def _by_quantity(counts: dict[str, dict[str, int]], what: str) -> str:
    shown = [f"{quantity} {n[what]:,}" for quantity, n in counts.items() if n[what]]
    return ", ".join(shown) or "0"


def _codes(found: list[dict[str, Any]]) -> str:
    counts = Counter(finding["code"] for finding in found)
    return ", ".join(code if n == 1 else f"{code} x{n}" for code, n in counts.items())
