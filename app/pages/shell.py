"""The frame around every page: where to go, what to look for, who is at the desk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from html import escape
from typing import Final

import panel as pn
import panel_material_ui as pmui

from app.session import Desk, Place, link
from app.theme import THEME
from app.views import markup

TITLES: Final[Mapping[str, str]] = {
    "queue": "Queue",
    "meter": "Meter",
    "delivery": "Delivery",
    "disputes": "Disputes",
    "register": "Register",
}
"""Pages of the workbench, in the order of the bar."""

_ON_BAR: Final = {
    "& .MuiInputBase-input": {"color": "#fff"},
    "& .MuiInputLabel-root": {"color": "#fff !important"},
    "& .MuiOutlinedInput-notchedOutline": {"borderColor": "rgba(255,255,255,.6)"},
}
"""Looks of a field on the bar, which is dark in both themes."""

_WHOLE: Final = {"max-height": "none"}
"""A column is cut to the window's height by default, and what follows is drawn over its end."""

_log = logging.getLogger(__name__)

Build = Callable[[Desk, Place], pn.viewable.Viewer]


def shell(name: str, desk: Desk, build: Build) -> pmui.Page:
    """Build one page for one tab; what cannot be built is a message, never an endless spinner."""
    place = Place()
    problems = place.read(_arguments())
    try:
        body: pn.viewable.Viewer | pn.viewable.Viewable = build(desk, place)
    except Exception as fault:  # a page that raises leaves the reader with a spinner
        _log.exception("page %s could not be built", name)
        body = markup.pane(
            f"<h1>This page could not be shown</h1><p>{escape(type(fault).__name__)}:"
            f" {escape(str(fault))}</p><p>{markup.anchor(f'/{name}', 'Open it afresh')}, or look at"
            " the server's log for the whole story.</p>"
        )
    _write_address(place)
    notes = "".join(f'<p class="banner" role="alert">{escape(text)}</p>' for text in problems)
    return pmui.Page(
        title="FMAR Workbench",
        meta_title=f"{TITLES[name]} · FMAR Workbench",
        theme_config=THEME,
        theme_toggle=True,
        header=[_bar(name, place), _actor(desk)],
        main=[
            pn.Column(
                markup.pane(notes),
                body,
                sizing_mode="stretch_width",
                margin=(4, 12),
                styles=_WHOLE,
            )
        ],
    )


def _bar(name: str, place: Place) -> pn.pane.HTML:
    bar = markup.pane(bar_html(name, place), sizing_mode="stretch_width")

    def redraw(*_: object) -> None:
        bar.object = bar_html(name, place)

    place.param.watch(redraw, "mpan")
    return bar


def bar_html(name: str, place: Place) -> str:
    """Write the links between pages, keeping the meter point, and the search box."""
    links = "".join(_tab(page, place, current=page == name) for page in TITLES)
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center">'
        f'<nav aria-label="Pages">{links}</nav>'
        '<form class="search" role="search" action="/meter" method="get">'
        '<input name="find" type="search" aria-label="Find a meter point by part of its MPAN"'
        ' placeholder="Find an MPAN" autocomplete="off"><button type="submit">Find</button>'
        "</form></div>"
    )


def _tab(page: str, place: Place, *, current: bool) -> str:
    here = ' aria-current="page"' if current else ""
    return f'<a href="{escape(_address(page, place), quote=True)}"{here}>{TITLES[page]}</a>'


def _address(page: str, place: Place) -> str:
    # The other lists are not narrowed to one meter point by going there.
    return link(page, mpan=place.mpan) if page == "meter" else link(page)


def _actor(desk: Desk) -> pmui.TextInput:
    return pmui.TextInput.from_param(
        desk.param.actor,
        label="You, in the audit trail",
        description="",
        size="small",
        width=190,
        variant="outlined",
        sx=_ON_BAR,
    )


def _arguments() -> dict[str, str]:
    held = pn.state.session_args or {}
    return {name: values[-1].decode("utf-8", "replace") for name, values in held.items() if values}


def _write_address(place: Place) -> None:
    location = pn.state.location
    if location is None:
        return

    def show(query: str) -> None:
        location.search = query

    # The browser tells the server its own address first, so ours is written once it has loaded.
    pn.state.onload(lambda: place.follow(show))
