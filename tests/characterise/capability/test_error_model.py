"""Capability intervals hold the truth as often as they say, and chances come true."""

import json

import numpy as np
import polars as pl
import pytest

from characterise.capability.error_model import (
    LEVELS,
    ErrorModel,
    difficulty,
    load_error_model,
    to_json,
)
from characterise.frames import STATISTICS
from characterise.model import UnreadableModel
from characterise.training.capability_errors import MISSES, checked, error_model


def missed(n, seed, *, bias=1.0, source="simulated"):
    """Estimates that miss by a known amount, more where the difficulty is larger."""
    draw = np.random.default_rng(seed)
    truth = draw.uniform(2, 20, n)
    hard = draw.uniform(0.05, 0.5, n)
    value = truth * bias * np.exp(hard * draw.standard_normal(n))
    return pl.DataFrame(
        {
            "mpan": [f"{source}{seed}-{k}" for k in range(n)],
            "source": source,
            "family": source,
            "group_id": [f"{source}{seed}-{k}" for k in range(n)],
            "trace_id": None,
            "premises": "domestic",
            "may_train": True,
            "asset_class": "EV_CHARGER",
            "parameter": "rated_import_kw",
            "statistic": "p90",
            "value": value,
            "truth": truth,
            "difficulty": hard,
        },
        schema=MISSES,
    )


def test_nine_intervals_in_ten_hold_the_truth_of_sites_not_seen():
    told = checked(missed(3000, 1, bias=0.8))
    held = told.select(pl.col("truth").is_between("lower", "upper").mean()).item()
    assert held == pytest.approx(0.9, abs=0.02)
    easy, hard = (
        told.filter(pl.col("difficulty").is_between(*part)) for part in ((0, 0.2), (0.35, 1))
    )
    for part in (easy, hard):
        assert part.select(pl.col("truth").is_between("lower", "upper").mean()).item() > 0.85


def test_the_chance_of_being_within_a_fifth_comes_true():
    told = checked(missed(3000, 2, bias=0.9))
    near = pl.col("truth").is_between(0.8 * pl.col("value"), 1.2 * pl.col("value"))
    for low, high in ((0.2, 0.5), (0.5, 0.8), (0.8, 1.0)):
        part = told.filter(pl.col("near").is_between(low, high))
        if part.height > 100:
            assert part.select(near.mean()).item() == pytest.approx(part["near"].mean(), abs=0.06)


def test_what_training_never_met_gets_a_wide_interval():
    blank = ErrorModel({}, {}, {}, {})
    value = np.full((1, 5), 10.0)
    told = blank.state("BESS", "duration_h", value, np.full((1, 5), 0.3))
    assert (told.lower < 5).all()
    assert (told.upper > 20).all()
    assert (told.near < 0.3).all()


def test_an_interval_always_holds_its_value():
    model = error_model(missed(400, 3, bias=3.0))
    value = np.full((1, 5), 10.0)
    told = model.state("EV_CHARGER", "rated_import_kw", value, np.full((1, 5), 0.1))
    assert (told.lower <= value).all()
    assert (told.upper >= value).all()
    assert told.lower[0, STATISTICS.index("p90")] < 4  # three times too high: the truth is lower


def test_difficulty_is_the_wider_half_of_the_interval_and_bounded():
    got = difficulty(
        np.array([10.0, 10.0, 0.0]), np.array([9.0, -90.0, 0]), np.array([12.0, 11, 0])
    )
    assert got[0] == pytest.approx(np.hypot(0.2, 0.05))
    assert got[1] == 1.0
    assert got[2] == 1.0


def test_errors_read_back_as_written_and_others_are_refused(tmp_path):
    path = tmp_path / "capability.json"
    model = error_model(missed(100, 4))
    path.write_text(to_json(model), encoding="utf-8")
    again = load_error_model(path)
    assert to_json(again) == to_json(model)
    scores = again.quantiles["EV_CHARGER/rated_import_kw/p90"]
    assert np.all(np.diff(scores) >= 0)
    assert len(scores) == len(LEVELS)
    path.write_text(json.dumps({"format": 0}), encoding="utf-8")
    load_error_model.cache_clear()
    with pytest.raises(UnreadableModel, match="format"):
        load_error_model(path)
    with pytest.raises(UnreadableModel, match="make train"):
        load_error_model(tmp_path / "nothing.json")


def test_errors_that_do_not_grow_with_difficulty_are_not_blown_up_by_it():
    draw = np.random.default_rng(6)
    alike = missed(2000, 6).with_columns(
        (pl.col("truth") * pl.Series(np.exp(0.3 * draw.standard_normal(2000)))).alias("value")
    )
    model = error_model(alike)
    value, hardest = np.full((1, 5), 10.0), np.full((1, 5), 1.0)
    told = model.state("EV_CHARGER", "rated_import_kw", value, hardest)
    place = STATISTICS.index("p90")
    assert told.upper[0, place] < 10 * np.exp(0.3 * 1.645 * 1.3)
    assert told.lower[0, place] > 10 / np.exp(0.3 * 1.645 * 1.3)


def test_no_interval_reaches_further_than_training_ever_missed():
    seen = missed(2000, 7)
    model = error_model(seen)
    value, hardest = np.full((1, 5), 10.0), np.full((1, 5), 1.0)
    told = model.state("EV_CHARGER", "rated_import_kw", value, hardest)
    worst = float((seen["truth"] / seen["value"]).max())
    assert told.upper[0, STATISTICS.index("p90")] <= 10 * worst
