"""Pages of the workbench by the name in their address."""

from __future__ import annotations

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from app.pages.shell import TITLES, shell
from app.session import Desk, Place
from app.views.delivery_desk import DeliveryDesk
from app.views.dispute_desk import DisputeDesk
from app.views.dossier import Dossier
from app.views.register_desk import RegisterDesk
from app.views.review_desk import ReviewDesk

BODIES: dict[str, Callable[[Desk, Place], pn.viewable.Viewer]] = {
    "queue": ReviewDesk,
    "meter": Dossier,
    "delivery": DeliveryDesk,
    "disputes": DisputeDesk,
    "register": RegisterDesk,
}


def pages(desk: Desk) -> dict[str, Callable[[], pmui.Page]]:
    """Builders of every page over one desk, one call a browser tab."""
    return {name: _builder(name, desk) for name in TITLES}


def _builder(name: str, desk: Desk) -> Callable[[], pmui.Page]:
    # Panel calls plain functions only; it would draw a partial as an object.
    def build() -> pmui.Page:
        return shell(name, desk, BODIES[name])

    return build
