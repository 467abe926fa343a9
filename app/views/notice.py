"""What just happened, or why it did not, in one place of a view."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import panel as pn
from pydantic import ValidationError

from app.views import markup
from app.workspace import WorkspaceError
from characterise.errors import CharacteriseError
from registry.errors import RegistryError

_log = logging.getLogger(__name__)

_INNER_ID = re.compile(r" \([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\)")
"""A ledger's own id in brackets: a person looks rows up by what stands in them."""

REFUSALS = (RegistryError, CharacteriseError, WorkspaceError, ValueError, LookupError)
"""What a workflow raises on purpose; anything else is a fault of ours and is logged."""


class Notice(pn.viewable.Viewer):
    """One line that screen readers speak when it changes."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        self._pane = markup.pane()

    def say(self, sentence: str) -> None:
        """Tell the person what was done."""
        self._show(sentence, "status")

    def refuse(self, sentence: str) -> None:
        """Tell the person what was refused and why."""
        self._show(sentence, "alert")

    def clear(self) -> None:
        """Say nothing."""
        self.said = ""
        self._pane.object = ""

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Show what a workflow refuses, and say where to look when the fault is ours."""
        try:
            yield
        except REFUSALS as refusal:
            self.refuse(sentence_of(refusal))
        except Exception as fault:  # unseen, it would leave a button that does nothing
            _log.exception("a view could not do what it was asked")
            self.refuse(
                f"That could not be done ({type(fault).__name__}); the server's log says why."
            )

    def _show(self, sentence: str, role: str) -> None:
        self.said = sentence
        self._pane.object = f'<p class="banner" role="{role}">{escape(sentence)}</p>'

    def __panel__(self) -> pn.viewable.Viewable:
        return self._pane


def sentence_of(error: Exception) -> str:
    """One sentence for a person: what, where, what to do."""
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'record'}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
    said = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return _INNER_ID.sub("", said)
