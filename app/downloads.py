"""``GET /bundle``: the evidence of an event, a flag or a dispute as a file from the workbench."""

from __future__ import annotations

from html import escape
from typing import Final, Literal, cast

from tornado.web import RequestHandler

from app.session import Desk
from app.workspace import WorkspaceError
from characterise.errors import CharacteriseError
from registry.errors import RegistryError

KINDS: Final = ("event", "flag", "dispute")
PURPOSE: Final = "Saved the evidence bundle from the workbench"
_REFUSALS: Final = (RegistryError, CharacteriseError, WorkspaceError, ValueError, LookupError)
"""What a workflow raises on purpose."""


class BundleDownload(RequestHandler):
    """Sends a bundle under its own name; what cannot be sent is one sentence and status 404."""

    def initialize(self, desk: Desk) -> None:
        """Take the person at this server, in whose name the look is logged."""
        self._desk = desk

    def get(self) -> None:
        """Build the bundle, or take the frozen one, and send it."""
        from app.workflows.bundles import save

        asked = [(kind, self.get_query_argument(kind, "")) for kind in KINDS]
        given = [(kind, name) for kind, name in asked if name]
        if len(given) != 1:
            self._refuse("The address must name one event, one flag or one dispute.")
            return
        kind, name = cast("tuple[Literal['event', 'flag', 'dispute'], str]", given[0])
        try:
            saved = save(self._desk.workspace, kind, name, actor=self._desk.who(), purpose=PURPOSE)
        except _REFUSALS as refusal:
            self._refuse(str(refusal))
            return
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", f'attachment; filename="{saved.file}"')
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Bundle-SHA256", saved.sha256)
        self.finish(saved.data)

    def _refuse(self, sentence: str) -> None:
        self.set_status(404)
        self.finish(
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>No bundle</title>'
            f"<body><h1>There is no bundle to save</h1><p>{escape(sentence)}</p>"
            "<p>Go back to the page before this one.</p></body></html>"
        )
