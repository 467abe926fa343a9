"""Training: folds, figures, calibration, scoreboard, and the same bytes twice."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterise.errors import InvalidFrame
from characterise.model import load_model
from characterise.training import figures
from characterise.training.corpus import event_signals, label_table, labels
from characterise.training.folds import clusters, folds
from characterise.training.scoreboard import score
from characterise.training.train import Simulated, train

SIDES = ("has_ev", "has_heat_pump", "has_battery", "has_pv", "has_dr")


def sites_of(**columns):
    n = len(next(iter(columns.values())))
    blank = {name: [None] * n for name in (*SIDES, "presumed_no_ev")}
    types = dict.fromkeys(blank, pl.Boolean)
    return pl.DataFrame({"mpan": [f"m{i}" for i in range(n)], **blank, **columns},
                        schema_overrides=types)  # fmt: skip


def test_neither_home_nor_trace_crosses_a_fold():
    sites = pl.DataFrame(
        {
            "mpan": ["a", "b", "c", "d", "e"],
            "group_id": ["g1", "g1", "g2", "g3", "g4"],
            "trace_id": [None, "t1", "t1", None, "t2"],
        }
    )
    linked = clusters(sites)
    assert linked[0] == linked[1] == linked[2]  # by home, then by trace
    assert len({linked[0], linked[3], linked[4]}) == 3
    fold = folds(linked, sites["mpan"].to_list(), 5)
    assert fold[0] == fold[1] == fold[2]


@given(order=st.permutations(list(range(30))))
@settings(max_examples=20, deadline=None)
def test_folds_do_not_depend_on_the_order_of_sites(order):
    sites = pl.DataFrame(
        {
            "mpan": [f"m{i}" for i in range(30)],
            "group_id": [f"g{i // 2}" for i in range(30)],
            "trace_id": [f"t{i // 3}" if i % 2 else None for i in range(30)],
        }
    )
    straight = dict(
        zip(sites["mpan"], folds(clusters(sites), sites["mpan"].to_list(), 5), strict=True)
    )
    mixed = sites[order]
    again = dict(
        zip(mixed["mpan"], folds(clusters(mixed), mixed["mpan"].to_list(), 5), strict=True)
    )
    assert straight == again


def test_unknown_labels_stay_unknown_and_presumed_absence_counts_for_ev():
    sites = sites_of(has_ev=[True, None, None], presumed_no_ev=[None, True, None])
    table = label_table(labels(sites))
    assert table[0, 0] == 1
    assert table[1, 0] == 0
    assert np.isnan(table[2, 0])
    assert np.isnan(table[:, 1:]).all()


def test_events_become_signals_to_their_own_meter():
    start = dt.datetime(2024, 1, 1, 17, tzinfo=dt.UTC)
    events = pl.DataFrame(
        {"mpan": ["m"], "start_utc": [start], "end_utc": [start + dt.timedelta(hours=1)],
         "kind": ["dr"]}
    )  # fmt: skip
    [signal] = event_signals(events).rows(named=True)
    assert signal["mpan"] == "m"
    assert signal["area"] is None


def test_auc_counts_pairs_and_halves_ties():
    label = np.array([0, 0, 1, 1.0])
    assert figures.auc(np.array([1, 2, 3, 4.0]), label) == 1
    assert figures.auc(np.array([1, 3, 3, 4.0]), label) == pytest.approx(0.875)
    assert np.isnan(figures.auc(np.ones(2), np.ones(2)))


def test_wilson_matches_the_textbook():
    low, high = figures.wilson(9, 10)
    assert low == pytest.approx(0.5958, abs=1e-3)
    assert high == pytest.approx(0.9821, abs=1e-3)
    assert figures.wilson(0, 0) == (0.0, 1.0)


def test_calibration_error_is_near_nothing_when_it_comes_true():
    draw = np.random.default_rng(5)
    chance = draw.random(40_000)
    label = (draw.random(40_000) < chance).astype(float)
    assert figures.ece(chance, label) < 0.02
    assert figures.ece(np.clip(chance * 1.5, 0, 1), label) > 0.1


def test_matthews_and_macro_f1_know_their_extremes():
    truth = np.array([True, False, True, False])
    assert figures.matthews(truth, truth) == 1
    assert figures.matthews(~truth, truth) == -1
    assert figures.macro_f1(truth, truth.astype(float)) == 1
    assert figures.macro_f1(~truth, truth.astype(float)) == 0


@pytest.fixture
def results(tmp_path):
    sites_of(
        has_ev=[True, True, False, None],
        family=["x", "y", "y", "y"],
        premises=["domestic"] * 4,
    ).write_parquet(tmp_path / "sites.parquet")
    pl.DataFrame(
        {
            "mpan": ["m0", "m1", "m2", "m3"],
            "asset_class": ["EV_CHARGER"] * 4,
            "probability": pl.Series([0.95, 0.2, 0.1, 0.9], dtype=pl.Float32),
            "tier": ["high", "low", "low", "medium"],
        }
    ).write_parquet(tmp_path / "detections.parquet")
    return tmp_path


def test_the_scoreboard_counts_known_sites_only(results):
    board = score(results, results)
    [row] = board.filter(pl.col("group") == "all").rows(named=True)
    assert (row["n_sites"], row["n_with"]) == (3, 2)
    assert row["auc"] == 1
    assert row["recall"] == 0.5
    assert (row["n_high"], row["high_right"]) == (1, 1.0)
    assert set(board["group"]) == {"all", "family:x", "family:y", "premises:domestic"}


def test_the_scoreboard_leaves_a_family_out_and_names_an_unknown_one(results):
    board = score(results, results, leave_out="x")
    [row] = board.filter(pl.col("group") == "all").rows(named=True)
    assert row["n_sites"] == 2
    assert "family:x" not in set(board["group"])
    with pytest.raises(InvalidFrame, match="'z'"):
        score(results, results, leave_out="z")
    with pytest.raises(InvalidFrame, match="sites"):
        score(results / "nowhere", results)


def test_training_twice_writes_the_same_bytes_and_the_card_its_figures(tmp_path):
    made = Simulated(homes=40, businesses=20, n_days=60, first_day=dt.date(2024, 1, 1), seed=3)
    nowhere = tmp_path / "no_data"
    first = train(tmp_path / "a", made, nowhere)
    train(tmp_path / "b", made, nowhere)
    for name in ("presence.json", "MODEL_CARD.md"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert load_model(tmp_path / "a" / "presence.json").version == first.version
    card = (tmp_path / "a" / "MODEL_CARD.md").read_text()
    assert first.version in card
    assert "EV_CHARGER" in card
