"""Small pieces of HTML, escaped: whatever comes from data goes through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Literal

import panel as pn
import polars as pl

from app.plots.palette import CLASS_COLOURS
from app.theme import SHEET
from app.views import wording


class Html(str):
    """Markup that is escaped already and may stand as it is."""


Columns = Mapping[str, tuple[str, Callable[[Any], str] | None]]
"""Label and writer of each column; what a writer returns is escaped unless it is `Html`."""


def pane(html: str = "", **settings: Any) -> pn.pane.HTML:
    """Wrap markup in a pane with the workbench's style sheet."""
    return pn.pane.HTML(
        html,
        stylesheets=[SHEET],
        sizing_mode=settings.pop("sizing_mode", "stretch_width"),
        margin=settings.pop("margin", (2, 5)),
        **settings,
    )


def text(value: object) -> str:
    """Escape one value for HTML."""
    return escape(wording.words(value))


def lamp(word: str, look: str) -> Html:
    """Draw a word on a coloured pill; the word itself carries the meaning."""
    return Html(f'<span class="lamp {escape(look)}">{escape(word)}</span>')


def swatch(asset_class: str) -> Html:
    """Name a class beside a square of its colour on the plots."""
    colour = CLASS_COLOURS.get(asset_class, "#606060")
    label = escape(wording.asset_class(asset_class))
    return Html(f'<span class="swatch" style="background:{colour}"></span>{label}')


def anchor(address: str, label: str) -> Html:
    """Link to another page of the workbench."""
    return Html(f'<a href="{escape(address, quote=True)}">{escape(label)}</a>')


def listing(items: Sequence[object]) -> str:
    """Write sentences as a list; nothing for none."""
    return f"<ul>{''.join(f'<li>{text(item)}</li>' for item in items)}</ul>" if items else ""


def facts(pairs: Mapping[str, object]) -> str:
    """Write names and values side by side."""
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{text(value)}</dd>" for name, value in pairs.items()
    )
    return f"<dl>{rows}</dl>"


def folded(summary: str, inner: str) -> str:
    """Hide markup behind a line that opens it by mouse or keyboard."""
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>"


def table(
    frame: pl.DataFrame,
    columns: Columns,
    caption: str,
    *,
    empty: str,
    rows: int = 200,
    size: Literal["", "half", "whole"] = "",
) -> str:
    """Write a frame as a table; ``empty`` says in a sentence why there is nothing.

    Parameters
    ----------
    columns
        What to show, in order; a column that the frame lacks reads as nothing known.
    rows
        How many rows at most; a cut is said in the caption.
    size
        How much of the screen it may take before it scrolls; blank is a few rows.
    """
    if frame.is_empty():
        return f'<h3>{escape(caption)}</h3><p class="quiet">{escape(empty)}</p>'
    cut = f" (first {rows} of {frame.height:,})" if frame.height > rows else ""
    numeric = {
        name for name in columns if name in frame.columns and frame.schema[name].is_numeric()
    }
    head = "".join(
        f'<th scope="col"{_side(name in numeric)}>{escape(label)}</th>'
        for name, (label, _) in columns.items()
    )
    body = "".join(
        f"<tr>{_row(row, columns, numeric)}</tr>" for row in frame.head(rows).iter_rows(named=True)
    )
    return (
        f'<div class="scroll {size}" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}{cut}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Mapping[str, object], columns: Columns, numeric: set[str]) -> str:
    return "".join(
        _cell(row.get(name), writer, name in numeric) for name, (_, writer) in columns.items()
    )


def _cell(value: object, writer: Callable[[Any], str] | None, numeric: bool) -> str:
    written = writer(value) if writer else wording.words(value)
    inner = written if isinstance(written, Html) else escape(written)
    return f"<td{_side(numeric)}>{inner}</td>"


def _side(numeric: bool) -> str:
    return ' class="n"' if numeric else ""
