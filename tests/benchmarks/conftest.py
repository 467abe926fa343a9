"""Prints the rates under the table of times."""

from __future__ import annotations

from typing import Any


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    """One line a benchmark: its rates, as noted in ``extra_info``."""
    session = getattr(config, "_benchmarksession", None)
    for bench in session.benchmarks if session else ():
        rates = ", ".join(f"{name} {_plain(value)}" for name, value in bench.extra_info.items())
        terminalreporter.write_line(f"{bench.name}: {rates}")


def _plain(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
