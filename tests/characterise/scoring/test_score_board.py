"""The scoreboard of five meters whose every half-hour is known."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil

import numpy as np
import polars as pl
import pytest
from scoring_cases import DAYS, START, charging, half_hours
from sklearn.metrics import matthews_corrcoef, r2_score

from characterise.errors import InvalidFrame
from characterise.scoring.board import scoreboard
from characterise.scoring.groups import history_days
from characterise.scoring.headline import ROWS, by_history, headline
from characterise.scoring.runs import Run, runs_of
from characterise.scoring.truth import read_truth
from characterise.scoring.writing import FILES, as_json, write_scoreboard
from characterise.training.figures import wilson


@pytest.fixture
def board(folder, results):
    return scoreboard(read_truth(folder), runs_of(results))


def row(board, part, **where):
    frame = board.parts[part]
    for name, value in {"group": "all", **where}.items():
        frame = frame.filter(pl.col(name) == value)
    assert frame.height == 1, frame
    return frame.row(0, named=True)


def test_presence_counts_known_sites_only(board):
    told = row(board, "presence", asset_class="EV_CHARGER")
    assert (told["n_sites"], told["n_with"]) == (4, 3)  # d is presumed to have none, e is unknown
    assert told["auc"] == 1
    assert told["recall"] == pytest.approx(2 / 3)
    assert (told["recall_lower"], told["recall_upper"]) == wilson(2, 3)
    assert told["specificity"] == 1
    groups = board.parts["presence"]["group"].to_list()
    assert groups == ["all", "family:x", "family:y", "premises:domestic", "premises:non_domestic"]


def test_what_is_said_of_unknown_sites_stands_apart(board):
    told = row(board, "unlabelled", asset_class="EV_CHARGER")
    assert (told["n_sites"], told["n_high"], told["n_low"]) == (1, 1, 0)  # e
    told = row(board, "unlabelled", asset_class="EV_CHARGER", group="family:y")
    assert told["n_high"] == 1
    heat = row(board, "unlabelled", asset_class="HEAT_PUMP")
    assert (heat["n_sites"], heat["n_insufficient"]) == (5, 5)


def test_a_labelled_meter_without_an_answer_is_counted_not_forgotten(folder, results):
    path = results / "detections.parquet"
    pl.read_parquet(path).filter(pl.col("mpan") != "b").write_parquet(path)
    told = row(
        scoreboard(read_truth(folder), runs_of(results)), "presence", asset_class="EV_CHARGER"
    )
    assert (told["n_sites"], told["n_insufficient"], told["recall"]) == (4, 1, 1.0)


def test_a_tier_is_worth_what_it_gets_right(board):
    high = row(board, "tiers", asset_class="EV_CHARGER", tier="high")
    assert (high["n"], high["right"]) == (2, 1.0)
    low = row(board, "tiers", asset_class="EV_CHARGER", tier="low")
    assert (low["n"], low["right"]) == (2, 0.5)
    assert low["right_balanced"] == pytest.approx((1 / 3) / (1 / 3 + 1))


def test_attribution_is_the_sub_meters_own_agreement(board):
    truth, said = charging(), np.roll(charging(), 1) * 1.1
    told = row(board, "attribution", asset_class="EV_CHARGER")
    assert (told["n_sites"], told["n_found"], told["n_alone"]) == (2, 1, 1)  # c is its boundary
    assert told["mcc"] == pytest.approx(matthews_corrcoef(truth > 0, said > 0))
    assert told["half_hourly_r2"] == pytest.approx(r2_score(truth, said), abs=1e-5)
    assert told["energy_error"] == pytest.approx(0.1, abs=1e-6)
    assert told["sign_right"] == pytest.approx(0.75)  # three of four half-hours each day
    assert told["mcc_all"] == pytest.approx(told["mcc"] / 2)  # b was missed: nothing explained


def test_rating_is_held_against_the_same_statistic(board):
    told = row(board, "rating", asset_class="EV_CHARGER", parameter="rated_import_kw",
               statistic="p90")  # fmt: skip
    assert (told["n_sites"], told["n_found"]) == (2, 1)
    assert told["error"] == pytest.approx(0.1, abs=1e-6)
    assert (told["within_10"], told["within_15"]) == (1.0, 1.0)
    assert told["covered"] == 1.0
    assert told["stated"] == pytest.approx(0.9)
    hours = row(board, "rating", asset_class="EV_CHARGER", parameter="duration_h",
                statistic="max")  # fmt: skip
    assert hours["n_found"] == 0
    rated = board.sites["rating_sites"].filter(pl.col("parameter") == "duration_h")
    assert set(rated["truth"]) == {2.0}


def test_baselines_are_compared_site_by_site(board):
    chosen = row(board, "baselines", method="chosen")
    assert chosen["n_sites"] == 2
    assert chosen["pnrmse"] == pytest.approx(0.15)
    assert row(board, "baselines", method="ridge")["beats"] == 0.5


def test_dates_are_late_by_what_they_are_late(board):
    came = row(board, "arrivals", asset_class="EV_CHARGER", change="installed")
    assert (came["n_sites"], came["error_days"], came["near"]) == (1, 5.0, 1.0)
    stayed = row(board, "arrivals", asset_class="EV_CHARGER", change="always there")
    assert (stayed["n_sites"], stayed["n_found"], stayed["near"]) == (2, 1, 1.0)  # b was missed


def test_a_short_history_is_judged_on_its_own_days_against_the_whole_rating(folder, results):
    cut = results / "months_1"
    cut.mkdir()
    for name in ("detections", "capability", "baselines"):
        shutil.copy(results / f"{name}.parquet", cut)
    since = START + dt.timedelta(days=DAYS - history_days(1))
    held = half_hours("a", charging()).filter(pl.col("ts_utc") >= since)
    held.filter(pl.col("import_kwh") > 0).with_columns(
        asset_class=pl.lit("EV_CHARGER")
    ).write_parquet(cut / "attribution.parquet")
    board = scoreboard(read_truth(folder), runs_of(results))
    short = row(board, "attribution", asset_class="EV_CHARGER", months=1)
    assert short["mcc"] == 1  # days before the cut are not held against it
    assert {run.months for run in runs_of(results)} == {1, None}
    told = headline(board).filter((pl.col("figure") == "attribution") & (pl.col("group") == "all"))
    assert told["months"].to_list() == [1, None]
    assert told["value"][0] > told["value"][1]
    assert told["value"][0] == 0.5  # one perfect, one missed
    assert by_history(headline(board), "attribution").is_empty()  # one site is no curve


def test_a_curve_over_histories_keeps_to_the_same_sites():
    rows = [
        ("auc", "EV_CHARGER", "all", 12, 90, 9, 0.5, 0.4, 0.6),
        ("auc", "EV_CHARGER", "history:year", None, 50, 9, 0.9, 0.8, 1.0),
        ("auc", "EV_CHARGER", "history:year", 1, 50, 9, 0.7, 0.6, 0.8),
        ("auc", "BESS", "history:year", 1, 50, 2, 1.0, 0.3, 1.0),
    ]
    curve = by_history(pl.DataFrame(rows, schema=ROWS, orient="row"), "auc")
    assert curve.select("asset_class", "months", "value").rows() == [
        ("EV_CHARGER", 1, 0.7),
        ("EV_CHARGER", None, 0.9),
    ]


def test_sites_with_less_history_are_not_judged_at_more(folder, results):
    longer = results / "months_12"
    longer.mkdir()
    shutil.copy(results / "detections.parquet", longer)
    board = scoreboard(read_truth(folder), runs_of(results))
    assert board.parts["presence"].filter(pl.col("months") == 12).is_empty()


def test_files_hold_the_same_figures_and_the_page_fetches_nothing(board, tmp_path):
    out = tmp_path / "board"
    write_scoreboard(board, out)
    assert {path.name for path in out.iterdir()} <= set(FILES)
    body = json.loads((out / "scoreboard.json").read_text())
    [told] = [row for row in body["presence"] if row["group"] == "all"]
    assert told["recall"] == pytest.approx(2 / 3, abs=1e-5)
    assert pl.read_csv(out / "presence.csv")["recall"][0] == pytest.approx(2 / 3, abs=1e-5)
    text = (out / "scoreboard.html").read_text()
    assert re.findall(r"(?:src|href)\s*=", text) == []
    assert "<script" not in text
    assert "0.667" in text
    assert as_json(board)["calibration"][0]["ece"] is None  # four sites: nothing can be said
    again = tmp_path / "again"
    write_scoreboard(board, again)
    for path in out.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_truth_may_be_csv_and_says_what_is_wrong(folder, results):
    sites = pl.read_parquet(folder / "sites.parquet")
    (folder / "sites.parquet").unlink()
    sites.write_csv(folder / "sites.csv")
    told = row(
        scoreboard(read_truth(folder), runs_of(results)), "presence", asset_class="EV_CHARGER"
    )
    assert (told["n_sites"], told["n_with"]) == (4, 3)
    for frame, word in (
        (sites.drop("has_ev"), "has_ev"),
        (pl.concat([sites, sites.head(1)]), "twice"),
        (sites.drop("mpan"), "mpan"),
    ):
        frame.write_csv(folder / "sites.csv")
        with pytest.raises(InvalidFrame, match=word):
            read_truth(folder)


def test_results_that_are_none_are_refused(tmp_path):
    with pytest.raises(InvalidFrame, match=r"detections\.parquet"):
        runs_of(tmp_path)
    pl.DataFrame(
        {"mpan": ["a"], "asset_class": ["TOASTER"], "probability": [0.5], "tier": ["low"]}
    ).write_parquet(tmp_path / "detections.parquet")
    with pytest.raises(InvalidFrame, match="TOASTER"):
        _ = Run(tmp_path, None).detections
