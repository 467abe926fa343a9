"""Each asset obeys its physics."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from characterise import simulate

FIRST = dt.date(2025, 10, 1)


def _kw(name: str, asset: str, column: str = "import_kwh", **more: int) -> pl.DataFrame:
    held = simulate.example(name, seed=3, **more)
    return held.submeters.filter(pl.col("asset") == asset).select(
        "ts_utc", (2 * pl.col(column)).alias("kw")
    )


def test_charger_draws_its_rating_with_partial_first_and_last_half_hours() -> None:
    drawn = _kw("ev_home", "ev")["kw"].to_numpy()
    running = drawn[drawn > 0.05]
    assert 6.5 < np.median(running) <= 7.4
    assert drawn.max() <= 7.4
    assert (running < 0.9 * np.median(running)).mean() > 0.1
    assert 0.02 < (drawn > 0.05).mean() < 0.15
    assert 800 < drawn.sum() / 2 < 5000


def test_off_peak_charging_keeps_to_the_night_by_the_wall_clock() -> None:
    drawn = _kw("off_peak_ev_home", "ev").with_columns(
        pl.col("ts_utc").dt.convert_time_zone("Europe/London").dt.hour().alias("hour")
    )
    night = drawn.filter(pl.col("hour").is_in([23, 0, 1, 2, 3, 4, 5]))["kw"].sum()
    assert night > 0.85 * drawn["kw"].sum()


def test_heat_pump_works_harder_the_colder_it_is() -> None:
    held = simulate.example("heat_pump_home", seed=3)
    daily = (
        held.submeters.join(held.weather, on="ts_utc")
        .group_by(pl.col("ts_utc").dt.date())
        .agg(pl.col("import_kwh").sum(), pl.col("temp_c").mean())
    )
    cold = daily.filter(pl.col("temp_c") < 6)["import_kwh"].mean()
    warm = daily.filter(pl.col("temp_c") > 16)["import_kwh"].mean()
    assert cold > 4 * warm
    assert warm > 0.3
    heating = daily.filter(pl.col("temp_c") < 13)
    assert heating.select(pl.corr("temp_c", "import_kwh")).item() < -0.7
    assert 1500 < held.submeters["import_kwh"].sum() * 365 / 396 < 8000


def test_sun_makes_power_by_day_only_and_never_above_the_inverter() -> None:
    held = simulate.example("pv_home", seed=3)
    both = held.submeters.join(held.weather, on="ts_utc")
    assert both.filter(pl.col("ghi_wm2") == 0)["export_kwh"].max() < 0.01
    assert both["export_kwh"].max() * 2 <= 4.0
    per_kw = both["export_kwh"].sum() / 4.0 * 365 / 396
    assert 600 < per_kw < 1300
    assert both.select(pl.corr("ghi_wm2", "export_kwh")).item() > 0.8


def test_flexible_demand_moves_only_when_called_and_pays_back_later() -> None:
    held = simulate.example("flexible_cold_store", seed=3)
    calls = [(row["start_utc"], row["end_utc"]) for row in held.signals.to_dicts()]
    called = pl.any_horizontal(
        (pl.col("ts_utc") >= start) & (pl.col("ts_utc") < end) for start, end in calls
    )
    inside, outside = held.submeters.filter(called), held.submeters.filter(~called)
    assert inside["export_kwh"].min() > 0
    assert outside["export_kwh"].max() == 0
    assert inside["import_kwh"].max() == 0
    assert 0 < outside["import_kwh"].sum() < inside["export_kwh"].sum()


def test_assets_exist_only_between_their_dates() -> None:
    spec = simulate.SiteSpec(
        0, "_C", "domestic", "family",
        (simulate.AssetSpec("ev", 7.4, style="immediate", first=48 * 40, last=48 * 80),),
    )  # fmt: skip
    held = simulate.one_site(spec, n_days=120)
    running = held.submeters.filter(pl.col("import_kwh") > 0)["ts_utc"]
    assert running.min().date() >= FIRST + dt.timedelta(days=40)
    assert running.max().date() < FIRST + dt.timedelta(days=80)
    row = held.sites.to_dicts()[0]
    assert row["ev_installed"] == FIRST + dt.timedelta(days=40)
    assert row["ev_removed"] == FIRST + dt.timedelta(days=80)


@pytest.mark.parametrize(
    ("name", "message"), [("tea_room", "no example is called 'tea_room'"), ("", "no example")]
)
def test_an_unknown_example_says_which_there_are(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulate.example(name)


def test_an_unknown_chance_in_the_mix_is_refused() -> None:
    with pytest.raises(ValueError, match="the mix has no boats"):
        simulate.population(
            homes=1, businesses=0, first_day=FIRST, n_days=2, seed=1, mix={"boats": 1}
        )
