import datetime as dt

import numpy as np
import polars as pl
import pytest
from plot_frames import drawn

from app.plots.agreements import agreements_timeline
from app.plots.availability import availability_heatmap, season_grid
from app.plots.capability import capability_dots
from app.plots.detections import detections_bar
from characterise import frames

AGREEMENT = {
    "fsp": "FLXA",
    "amsid": "7700000000011",
    "market": "DSO_LOCAL",
    "stack_rank": 1,
    "exclusive": False,
    "valid_from": "2026-01-01",
    "valid_to": None,
}
TODAY = dt.date(2026, 6, 1)


def detection(name: str, probability: float | None) -> dict[str, object]:
    return {
        "mpan": "1",
        "asset_class": name,
        "probability": probability,
        "lower": None if probability is None else probability - 0.1,
        "upper": None if probability is None else probability + 0.05,
        "tier": None,
        "sufficiency": "insufficient" if probability is None else "sufficient",
        "findings": [],
        "reasons": [],
        "detectable_kw": 1.0,
        "first_seen": None,
        "last_seen": None,
    }


def capability(rows: list[tuple[str, str, str, float, float | None, float | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        [("1", *row, 10, 0.8, "medium") for row in rows], schema=frames.CAPABILITY, orient="row"
    )


def test_bar_runs_to_the_probability_and_whisker_over_its_bounds() -> None:
    frame = pl.DataFrame([detection("EV_CHARGER", 0.8)], schema=frames.DETECTIONS)
    bars, whiskers, *_ = list(detections_bar(frame))
    assert bars.dimension_values(2)[0] == pytest.approx(0.8)
    np.testing.assert_allclose(whiskers.dimension_values(0), [0.7], rtol=1e-6)
    np.testing.assert_allclose(whiskers.dimension_values(2), [0.85], rtol=1e-6)


def test_too_little_data_has_words_and_no_bar() -> None:
    rows = [detection("EV_CHARGER", 0.8), detection("BESS", None)]
    bars, _, words, *_ = list(detections_bar(pl.DataFrame(rows, schema=frames.DETECTIONS)))
    assert len(bars) == 1
    assert set(words.dimension_values("text")) == {"cannot be judged"}
    assert len(words) == 4  # BESS, and the three classes that no row names


def test_capability_shows_each_statistic_at_its_value_with_its_interval() -> None:
    frame = capability(
        [
            ("EV_CHARGER", "rated_import_kw", "p50", 7.0, 6.5, 7.5),
            ("EV_CHARGER", "rated_import_kw", "max", 7.4, None, None),
            ("EV_CHARGER", "rated_import_kw", "min", 1.0, None, None),
            ("EV_CHARGER", "duration_h", "p50", 3.0, 2.0, 4.0),
        ]
    )
    intervals, dots, _ = list(capability_dots(frame, "rated_import_kw"))
    np.testing.assert_allclose(sorted(dots.dimension_values("value")), [7.0, 7.4], rtol=1e-6)
    np.testing.assert_allclose(intervals.dimension_values(0), [6.5])
    np.testing.assert_allclose(intervals.dimension_values(2), [7.5])


def test_week_of_a_season_reads_monday_first_and_midnight_lowest() -> None:
    week = list(range(336))
    row = ("1", "EV_CHARGER", "import", "spring", "high", 60, week, week, week)
    frame = pl.DataFrame([row], schema=frames.AVAILABILITY, orient="row")
    grid = season_grid(frame, "EV_CHARGER", "import", "kw_mean")
    assert grid.shape == (48, 31)
    assert grid[0, 8] == 0  # spring's Monday, first half-hour
    assert grid[47, 8] == 47
    assert grid[0, 9] == 48  # Tuesday
    assert grid[47, 14] == 335  # Sunday, last half-hour
    assert np.isnan(grid[:, :7]).all()  # no winter row: unknown, not idle
    assert np.isnan(grid[:, 7]).all()  # the gap between seasons


def test_other_class_or_direction_leaves_the_week_blank() -> None:
    row = ("1", "BESS", "export", "winter", "high", 60, [1.0] * 336, [1.0] * 336, [1.0] * 336)
    frame = pl.DataFrame([row], schema=frames.AVAILABILITY, orient="row")
    assert np.isnan(season_grid(frame, "BESS", "import", "kw_mean")).all()
    assert np.isfinite(season_grid(frame, "BESS", "export", "kw_mean")).any()


def test_open_agreement_runs_to_the_edge_and_a_closed_one_to_its_end() -> None:
    closed = {**AGREEMENT, "fsp": "FLXB", "valid_to": "2026-03-01", "amsid": None}
    timeline = agreements_timeline(pl.DataFrame([AGREEMENT, closed]), TODAY)
    bars = next(iter(timeline))
    ends = sorted(bars.dimension_values(2))
    assert ends[0] == np.datetime64("2026-03-01")
    assert ends[1] == timeline.opts.get("plot").kwargs["xlim"][1]


def test_agreement_without_an_asset_meter_is_said_to_be_for_the_whole_site() -> None:
    rows = pl.DataFrame([AGREEMENT, {**AGREEMENT, "amsid": None, "exclusive": True}])
    words = sorted(list(agreements_timeline(rows, TODAY))[1].dimension_values("text"))
    assert words == [
        " DSO LOCAL rank 1, asset …0011",
        " DSO LOCAL rank 1, whole site, exclusive",
    ]


@pytest.mark.parametrize(
    "element",
    [
        lambda: detections_bar(frames.DETECTIONS.to_frame()),
        lambda: capability_dots(frames.CAPABILITY.to_frame(), "duration_h"),
        lambda: availability_heatmap(frames.AVAILABILITY.to_frame(), "BESS", "import"),
        lambda: agreements_timeline(pl.DataFrame(), TODAY),
    ],
    ids=["detections", "capability", "availability", "agreements"],
)
def test_nothing_known_is_drawn_empty_without_a_fault(element: object) -> None:
    assert drawn(element()).renderers is not None  # type: ignore[operator]


def test_full_rows_reach_the_figure() -> None:
    frame = pl.DataFrame([detection("SOLAR_PV", 0.9)], schema=frames.DETECTIONS)
    labels = drawn(detections_bar(frame)).yaxis[0].major_label_overrides
    assert "Solar" in labels.values()
