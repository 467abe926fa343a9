"""Derive what flexible assets behind a meter point can do, from half-hourly reads alone."""
