"""Real and simulated statistics are drawn beside each other, where their percentiles lie."""

from __future__ import annotations

import holoviews as hv
import numpy as np
import polars as pl
import pytest

from app.plots.likeness import FAMILIES, likeness_curves
from characterise.training.likeness import NAMES


@pytest.fixture
def statistics():
    rng = np.random.default_rng(1)
    rows = [
        {"kind": kind, **dict(zip(NAMES, rng.normal(shift, 1, len(NAMES)), strict=True))}
        for kind, shift in (("real", 0), ("simulated", 5))
        for _ in range(40)
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_kind_is_drawn_at_its_own_median(statistics, family):
    overlay = likeness_curves(statistics, family)
    curves = {curve.label: curve for curve in overlay if isinstance(curve, hv.Curve)}
    names = [
        name for name in NAMES if name.startswith(f"{family}_") and name[len(family) + 1].isdigit()
    ]
    for kind in ("real", "simulated"):
        expected = statistics.filter(pl.col("kind") == kind)[names[0]].median()
        assert curves[kind].dimension_values(1)[0] == pytest.approx(expected)
        assert len(curves[kind]) == len(names)


def test_without_real_boundaries_the_simulated_are_drawn_alone(statistics):
    alone = statistics.filter(pl.col("kind") == "simulated")
    overlay = likeness_curves(alone, "duration")
    curves = {curve.label: curve for curve in overlay if isinstance(curve, hv.Curve)}
    assert np.isnan(curves["real"].dimension_values(1)).all()
    assert np.isfinite(curves["simulated"].dimension_values(1)).all()
