"""Days that show a class: which are offered, and what the map of one class holds."""

import datetime as dt

import polars as pl

from app.session import Place
from app.views.telling_days import (
    TellingDays,
    class_trace,
    seen_classes,
    telling_days,
    within_seen,
)
from characterise import frames

MPAN = "1200000000009"


def running(asset_class: str, *days: tuple[int, float, float]) -> pl.DataFrame:
    """One half-hour a day at 18:00: day of January 2026, kWh used, kWh given."""
    rows = [
        (MPAN, asset_class, dt.datetime(2026, 1, day, 18, tzinfo=dt.UTC), used, given)
        for day, used, given in days
    ]
    return pl.DataFrame(rows, schema=frames.ATTRIBUTION, orient="row")


def seen(first: dt.date | None, last: dt.date | None) -> pl.DataFrame:
    row = (MPAN, "SOLAR_PV", 0.9, 0.8, 1.0, "high", "sufficient", [], [], None, first, last)
    return pl.DataFrame([row], schema=frames.DETECTIONS, orient="row")


def month(year: pl.DataFrame) -> pl.DataFrame:
    """Readings of the first ten days again a fortnight and four weeks later."""
    shifted = [
        year.with_columns(
            pl.col("ts_utc").dt.offset_by(f"{by}d"), pl.col("local_date").dt.offset_by(f"{by}d")
        )
        for by in (0, 14, 28)
    ]
    return pl.concat(shifted).with_columns(import_kw=pl.lit(8.0))


def test_strongest_day_leads_and_neighbours_of_an_offered_day_are_left_out(
    year: pl.DataFrame,
) -> None:
    ran = running("EV_CHARGER", (3, 3.0, 0.0), (4, 3.9, 0.0), (20, 2.0, 0.0), (21, 1.0, 0.0))
    assert telling_days(month(year), ran, "EV_CHARGER", 3) == [
        dt.date(2026, 1, 4),
        dt.date(2026, 1, 20),
    ]
    assert telling_days(month(year), ran, "EV_CHARGER", 1) == [dt.date(2026, 1, 4)]
    assert telling_days(month(year), ran, "BESS", 3) == []


def test_days_before_a_class_was_seen_are_not_offered() -> None:
    ran = running("SOLAR_PV", (3, 0.0, 9.0), (6, 0.0, 1.0), (9, 0.0, 9.0))
    kept = within_seen(ran, seen(dt.date(2026, 1, 5), dt.date(2026, 1, 7)))
    assert kept["ts_utc"].dt.day().to_list() == [6]
    assert kept.columns == ran.columns


def test_class_without_dates_or_without_a_detection_keeps_its_half_hours() -> None:
    ran = running("SOLAR_PV", (3, 0.0, 9.0))
    assert within_seen(ran, seen(None, None)).equals(ran)
    assert within_seen(ran, frames.DETECTIONS.to_frame()).equals(ran)


def test_map_of_a_class_is_blank_where_it_did_not_run_and_negative_where_it_gave(
    year: pl.DataFrame,
) -> None:
    ran = pl.concat([running("BESS", (3, 2.0, 0.0), (4, 0.0, 1.0), (5, 0.0, 0.0))])
    trace = class_trace(year, ran, "BESS")
    assert trace.height == year.height
    told = trace.drop_nulls("net_kw").sort("ts_utc")
    assert told["net_kw"].to_list() == [4.0, -2.0]
    assert told["local_date"].to_list() == [dt.date(2026, 1, 3), dt.date(2026, 1, 4)]


def test_only_classes_that_were_given_energy_are_listed_in_the_order_of_the_plots() -> None:
    ran = pl.concat(
        [
            running("SOLAR_PV", (3, 0.0, 2.0)),
            running("EV_CHARGER", (3, 2.0, 0.0)),
            running("HEAT_PUMP", (3, 0.0, 0.0)),
        ]
    )
    assert seen_classes(ran) == ["EV_CHARGER", "SOLAR_PV"]


def test_button_goes_to_the_day_and_a_class_in_progress_says_so(
    year: pl.DataFrame, place: Place
) -> None:
    days = TellingDays(place)
    ran = running("EV_CHARGER", (4, 2.0, 0.0))
    days.draw(year, ran, ["EV_CHARGER", "BESS"], {"EV_CHARGER"})
    (line,) = days._lines.objects  # no line for a class without half-hours
    told, button = line
    assert "in&nbsp;progress" in told.object
    button.clicks += 1
    assert place.day == dt.date(2026, 1, 4)
