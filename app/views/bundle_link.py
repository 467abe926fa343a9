"""Where a page offers its evidence as a file."""

from __future__ import annotations

from html import escape
from typing import Literal

from app.session import link

_LOOK = (
    "display:inline-block;padding:6px 16px;border:1px solid currentColor;border-radius:4px;"
    "text-decoration:none"
)


def bundle_link(kind: Literal["event", "flag", "dispute"], name: str, *, frozen: bool) -> str:
    """Write the button that saves a bundle, and what is in it.

    Parameters
    ----------
    frozen
        Whether the file is the one that was frozen when the dispute was opened.
    """
    what = (
        "The frozen evidence, the same file for both sides"
        if frozen
        else "The evidence as it stands"
    )
    address = escape(link("bundle", **{kind: name}), quote=True)
    return (
        f'<p><a href="{address}" style="{_LOOK}">Save the evidence bundle (zip)</a></p>'
        f'<p class="quiet">{what}: half-hours, results, figures, decisions and a program that'
        " checks them. What tells of a home is encrypted in it; its key is handed out by"
        " <code>fmar export bundle … --key-out</code>.</p>"
    )
