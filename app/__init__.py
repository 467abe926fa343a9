"""The analyst workbench: the only place that joins the register and the engine."""
