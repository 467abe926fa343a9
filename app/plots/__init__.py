"""Pure functions from frames to HoloViews elements: no Panel, no store; notebooks use them too."""

import holoviews as hv
import holoviews.plotting.bokeh  # registers the renderer, so that options resolve at import

hv.Store.set_current_backend("bokeh")
