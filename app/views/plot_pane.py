"""A plot of a view that may have nothing to show."""

from __future__ import annotations

from typing import Any

import panel as pn


class PlotPane(pn.Column):
    """A HoloViews pane in a room of its own, which can be hidden.

    The pane itself cannot: once its figure is drawn, Panel hands the figure a property that no
    figure has, and the change is lost with all that came after it.
    """

    def __init__(self, **style: Any) -> None:
        self._pane = pn.pane.HoloViews(sizing_mode="stretch_width", linked_axes=False)
        super().__init__(self._pane, sizing_mode="stretch_width", **style)

    @property
    def object(self) -> object:
        """The element shown."""
        return self._pane.object

    @object.setter
    def object(self, element: object) -> None:
        self._pane.object = element
