"""What a simulated heat pump does in cold, frost, summer and at night, and when it is held."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from characterise.simulate.areas import AREAS
from characterise.simulate.heat_pump import heat_pump, run_plant
from characterise.simulate.heat_pump_draw import MAKES, draw_plant, plant_of, scores
from characterise.simulate.heat_pump_plant import Plant
from characterise.simulate.timeline import Float, timeline
from characterise.simulate.weather import Weather, weather_of

YEAR = timeline(dt.date(2025, 1, 1), 365)
AUTUMN = timeline(dt.date(2025, 10, 1), 90)
KW = 3.0


def _plant(**machine: float) -> Plant:
    """A middling plant without chance: no faults, no restlessness, no hot cycle."""
    plant = plant_of(np.zeros(len(scores(np.random.default_rng(0)))), KW, domestic=True)
    building = plant.building._replace(set_back_c=0.0, mood_c=0.0, drift_c=0.0, loss=0.25)
    cylinder = plant.cylinder._replace(hot_every_d=0.0, solar=0.0, clock=-1.0, daily_kwh=4.0)
    usual = {"limit_c": 15.0, "rod_kw": 0.0, "standby_kw": 0.02, "pump_kw": 0.03}
    return plant._replace(
        machine=plant.machine._replace(**{**usual, **machine}),
        building=building,
        cylinder=cylinder,
        faults=0.0,
        hunting=0.0,
        summer_off=False,
    )


def _weather(time, temp_c: Float | float | None = None, sun: float | None = None) -> Weather:
    own = weather_of(AREAS["_B"], time, 3)
    if temp_c is not None:
        own = dataclasses.replace(own, temp_c=np.broadcast_to(temp_c, time.n).astype(float))
    if sun is not None:
        own = dataclasses.replace(own, ghi_wm2=np.full(time.n, sun))
    return own


def _run(plant: Plant, time, weather: Weather, seed: int = 1, **more) -> Float:
    away = more.pop("away", np.zeros(time.n_local_days, dtype=bool))
    return run_plant(np.random.default_rng(seed), time, weather, plant, away=away, **more)


def _steady_kw(plant: Plant, temp_c: float) -> float:
    return float(_run(plant, AUTUMN, _weather(AUTUMN, temp_c, 0.0))[48 * 20 :].mean())


def test_colder_days_use_more() -> None:
    drawn = [_steady_kw(_plant(), temp_c) for temp_c in (12.0, 8.0, 4.0, 0.0, -4.0)]
    assert (np.diff(drawn) > 0.05).all()


def test_nothing_but_hot_water_is_made_in_summer() -> None:
    plant, warm = _plant(), _weather(YEAR).temp_c + 5.0
    weather = _weather(YEAR, warm)
    june_to_august = np.isin(YEAR.month[YEAR.day], (5, 6, 7))
    hot = _run(plant, YEAR, weather)[june_to_august]
    dry = _run(plant._replace(cylinder=plant.cylinder._replace(daily_kwh=0.0, loss_kwh=0.0)),
               YEAR, weather)[june_to_august]  # fmt: skip
    assert dry.max() < 0.06  # standby, and the pump of the panels' circuit
    assert 1.0 < hot.mean() * 24 < 4.0
    assert (hot < 0.1).mean() > 0.8


def test_defrost_raises_use_near_freezing_and_not_in_dry_cold() -> None:
    frosty, dry = _plant(defrost=0.3), _plant(defrost=0.0)
    frosty, dry = (one._replace(ground=False) for one in (frosty, dry))
    extra = {t: _steady_kw(frosty, t) / _steady_kw(dry, t) for t in (-9.0, 1.0, 9.0)}
    assert extra[1.0] > 1.2
    assert extra[-9.0] < 1.05
    assert extra[9.0] < 1.05


def test_the_rod_helps_in_hard_cold_only() -> None:
    plant = _plant(rod_kw=6.0, rod_below_c=-5.0)
    plant = plant._replace(building=plant.building._replace(loss=0.6))
    mild, hard = (
        _run(plant, AUTUMN, _weather(AUTUMN, temp_c, 0.0))[480:] for temp_c in (-2.0, -9.0)
    )
    assert mild.max() <= KW + 0.06
    assert hard.max() > KW + 1.0


def test_a_set_back_shows_at_night_and_is_made_up_in_the_morning() -> None:
    plant = _plant(least=0.1)
    kept = plant.building._replace(night_from=22.0, night_to=5.0, wall_h=4.0)
    plant = plant._replace(cylinder=plant.cylinder._replace(daily_kwh=0.0, loss_kwh=0.0))
    weather = _weather(AUTUMN, 3.0, 0.0)
    by_slot = {}
    for drop in (0.0, 3.0):
        own = plant._replace(building=kept._replace(set_back_c=drop))
        table = _run(own, AUTUMN, weather)[480:]
        by_slot[drop] = np.array([table[AUTUMN.slot[480:] == slot].mean() for slot in range(48)])
    night, morning = slice(46, 48), slice(11, 16)
    assert by_slot[3.0][night].mean() < 0.6 * by_slot[0.0][night].mean()
    assert by_slot[3.0][morning].mean() > 1.15 * by_slot[0.0][morning].mean()


def test_power_falls_when_held_and_is_caught_up_later() -> None:
    plant = _plant(least=0.1)
    weather, hold = _weather(AUTUMN, 2.0, 0.0), np.zeros(AUTUMN.n)
    first = 48 * 30 + 34
    hold[first : first + 4] = 1.0
    free, held = _run(plant, AUTUMN, weather), _run(plant, AUTUMN, weather, hold=hold)
    assert held[first : first + 4].max() <= 0.06
    assert free[first : first + 4].mean() > 0.5
    assert (free[:first] == held[:first]).all()
    missed = (free - held)[first : first + 4].sum()
    back = (held - free)[first + 4 : first + 100].sum()
    assert 0.5 * missed < back < 1.5 * missed


def test_a_hot_cycle_runs_once_a_week() -> None:
    plant = _plant()
    cylinder = plant.cylinder._replace(hot_every_d=7.0, hot_kwh=5.0, hot_kw=6.0)
    drawn = _run(plant._replace(cylinder=cylinder), YEAR, _weather(YEAR))
    big = np.flatnonzero(drawn > KW + 0.3)
    begins = big[np.r_[True, np.diff(big) > 4]]
    assert 51 <= len(begins) <= 53
    assert np.abs(np.diff(begins) - 7 * 48).max() <= 1


def test_a_locked_plant_rests_and_works_the_more_after() -> None:
    plant = _plant(least=0.1)
    weather = _weather(AUTUMN, 3.0, 0.0)
    drawn = _run(plant, AUTUMN, weather, locked=((11.0, 13.0), (17.0, 19.0)))
    hour = AUTUMN.slot / 2
    assert drawn[(hour >= 11) & (hour < 13)].max() < 0.03
    free = _run(plant, AUTUMN, weather)
    after = (hour >= 13) & (hour < 14)
    assert drawn[after].mean() > free[after].mean()


def test_a_hybrid_leaves_hard_cold_to_its_boiler() -> None:
    plant = _plant(boiler_below_c=0.0)
    assert _steady_kw(plant, -3.0) < 0.1
    assert _steady_kw(plant, 3.0) > 0.3


def test_cooling_is_off_unless_it_is_asked_for() -> None:
    hot = _weather(AUTUMN, 28.0, 0.0)
    assert _run(_plant(), AUTUMN, hot).mean() < 0.3
    assert _run(_plant(cools_above_c=22.0), AUTUMN, hot).mean() > 0.4


def test_a_machine_above_its_lowest_speed_runs_through_and_below_it_cycles() -> None:
    steps = {}
    for least in (0.08, 1.0):
        plant = _plant(least=least, lead=1.0)
        plant = plant._replace(cylinder=plant.cylinder._replace(daily_kwh=0.0, loss_kwh=0.0))
        drawn = _run(plant, AUTUMN, _weather(AUTUMN, 2.0, 0.0))[480:]
        steps[least] = np.abs(np.diff(drawn)).mean() / drawn.mean()
    assert steps[0.08] < 0.1
    assert steps[1.0] > 0.5


@pytest.mark.parametrize("make", MAKES)
def test_power_never_exceeds_compressor_and_heater_and_is_never_negative(make: str) -> None:
    weather = _weather(YEAR)
    for seed in range(12):
        plant = draw_plant(np.random.default_rng(seed), KW, domestic=True, make=make)
        drawn = _run(plant, YEAR, weather, seed)
        heater = max(plant.machine.rod_kw, plant.cylinder.hot_kw)
        assert drawn.max() <= KW + heater + 0.5
        assert drawn.min() >= 0
        assert np.isfinite(drawn).all()


def test_the_same_seed_gives_the_same_year_whatever_is_held() -> None:
    weather, away = _weather(YEAR), np.zeros(YEAR.n_local_days, dtype=bool)
    kept = {"kw": KW, "domestic": True, "away": away}
    one, two = (heat_pump(np.random.default_rng(4), YEAR, weather, **kept) for _ in range(2))
    assert (one == two).all()
    other = heat_pump(np.random.default_rng(5), YEAR, weather, **kept)
    assert (one != other).any()


def test_nobody_draws_hot_water_while_away() -> None:
    away = np.zeros(YEAR.n_local_days, dtype=bool)
    away[180:200] = True
    plant, weather = _plant(), _weather(YEAR, 24.0, 0.0)
    gone = _run(plant, YEAR, weather, away=away)[48 * 181 : 48 * 199].mean()
    there = _run(plant, YEAR, weather)[48 * 181 : 48 * 199].mean()
    assert gone < 0.6 * there


def test_an_unknown_make_says_which_there_are() -> None:
    with pytest.raises(ValueError, match="no heat pump is made as 'steam'; use one of air, ground"):
        draw_plant(np.random.default_rng(1), KW, domestic=True, make="steam")
