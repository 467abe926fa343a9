"""Gaming screens: each sees what was laid, none what was not, each says what else it may be."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from characterise import frames
from characterise.delivery import VerifySettings, verify
from tests.characterise.delivery.delivery_cases import (
    EVENING,
    MIDNIGHT,
    Case,
    mpan,
    noisy_case,
    working_days,
)

KW = 3.0
LENGTH = 4
SETTINGS = VerifySettings()
BAR = SETTINGS.false_flag_rate / len(frames.GAMING_SCREENS)
RESTED = (*range(EVENING + LENGTH, EVENING + 2 * LENGTH),)


def screened(case: Case, **kwargs) -> pl.DataFrame:
    result = verify(case.cube(), case.declared_frame(), case.expected(), **kwargs)
    gaming = result.gaming
    assert gaming.schema == frames.GAMING
    assert set(gaming["screen"]) <= set(frames.GAMING_SCREENS)
    assert set(gaming["finding"]) <= set(frames.GAMING_FINDINGS)
    return gaming


def row(gaming: pl.DataFrame, screen: str, fsp: str = "FLXA") -> dict:
    return gaming.filter((pl.col("screen") == screen) & (pl.col("fsp_id") == fsp)).row(
        0, named=True
    )


def seen(gaming: pl.DataFrame) -> list[str]:
    return gaming.filter(pl.col("finding") == "seen")["screen"].to_list()


def event_days(n: int = 14, seed: int = 2) -> list[int]:
    days = working_days(270, since=30)
    return sorted(np.random.default_rng(seed).permutation(days)[:n].tolist())


def honest(case: Case, days: list[int], site: int = 0, **kwargs) -> None:
    for day in days:
        case.dispatch(site, day, KW, fraction=1.0, **kwargs)


def test_every_party_has_every_screen_with_its_innocent_reading():
    case = noisy_case(n_sites=2)
    honest(case, event_days(), 0)
    honest(case, event_days(seed=3), 1, fsp="FLXB")
    gaming = screened(case)
    assert gaming["screen"].to_list() == list(frames.GAMING_SCREENS) * 2
    assert seen(gaming) == []
    assert all(gaming["innocent"].list.len() >= 2)
    assert all(gaming["reasons"].list.len() >= 1)


def test_load_raised_on_the_days_looked_back_on():
    case = noisy_case()
    days, like = event_days(8), working_days(280)
    for day in days:
        back = [d for d in like if d < day and d not in days][-SETTINGS.look_back_days :]
        case.net_kw[0, back, EVENING : EVENING + LENGTH] = np.maximum(
            case.net_kw[0, back, EVENING : EVENING + LENGTH], 12.0
        )
    honest(case, days)
    gaming = screened(case)
    assert seen(gaming) == ["look_back_raised"]
    found = row(gaming, "look_back_raised")
    assert found["p_value"] <= BAR
    assert found["unit"] == "kW"
    assert 1.0 < found["statistic"] < 3.0
    assert "more than chance" in found["reasons"][-1]


def test_events_on_every_day_leave_nothing_to_look_back_on():
    case = noisy_case(n_days=172)
    honest(case, working_days(170, since=22)[::3])
    found = row(screened(case), "look_back_raised")
    assert found["finding"] == "not_enough"
    assert found["p_value"] is None
    assert "frequent" in found["reasons"][0]


@pytest.mark.parametrize(("kw", "finding"), [(KW, "seen"), (0.4 * KW, "not_seen")])
def test_load_ramped_before_events_beyond_what_may_be_drawn_ahead(kw, finding):
    case = noisy_case()
    days = event_days()
    width = SETTINGS.adjust_half_hours
    case.net_kw[0, days, EVENING - width : EVENING] += kw
    honest(case, days)
    found = row(screened(case), "window_ramped")
    assert found["finding"] == finding
    assert found["statistic"] == pytest.approx(kw, abs=0.8)
    assert any("re-heating" in words for words in found["innocent"])


def test_the_same_declared_whatever_was_given():
    rng = np.random.default_rng(5)
    case, varied, fixed = noisy_case(), noisy_case(), noisy_case()
    for day in event_days(20):
        share = rng.uniform(0, 1)
        case.dispatch(0, day, KW, fraction=share)
        varied.dispatch(0, day, share * KW, fraction=1.0)
        fixed.dispatch(0, day, KW, fraction=1.0)
    assert row(screened(case), "always_at_the_cap")["finding"] == "seen"
    told = row(screened(varied), "always_at_the_cap")
    assert told["finding"] == "not_seen"
    assert "declarations vary" in told["reasons"][0]
    # A contract for a fixed volume that is given each time is one more like day.
    assert row(screened(fixed), "always_at_the_cap")["finding"] == "not_seen"


def test_events_on_days_of_low_load():
    case = noisy_case()
    days = event_days(14)
    case.net_kw[0, days] -= 1.5
    honest(case, days)
    found = row(screened(case), "low_load_days")
    assert found["finding"] == "seen"
    assert found["statistic"] < 0.25
    assert found["unit"] == "mean rank"
    assert any("holiday" in words for words in found["innocent"])


def rising(case: Case, days: list[int], *, fraction: float, fsp: str = "FLXA") -> None:
    for day in days:
        case.dispatch(0, day, -KW, fraction=fraction, fsp=fsp, event=f"U{day:04d}", slots=RESTED)


@pytest.mark.parametrize("fsp", ["FLXA", "FLXB"])
def test_a_rebound_sold_again_as_a_rise(fsp):
    case = noisy_case()
    falls = event_days(24)
    honest(case, falls)
    case.net_kw[0, falls, EVENING + LENGTH : EVENING + 2 * LENGTH] += 0.8 * KW
    rising(case, falls[::2], fraction=0.0, fsp=fsp)
    found = row(screened(case), "rebound_traded", fsp)
    assert found["finding"] == "seen"
    assert found["statistic"] == 1.0
    assert found["unit"] == "share"


def test_a_rise_of_its_own_after_a_fall_clears_the_pattern():
    case = noisy_case()
    falls = event_days(24)
    honest(case, falls)
    rising(case, falls[::2], fraction=1.0)
    found = row(screened(case), "rebound_traded")
    assert found["finding"] == "not_seen"
    assert any("clears" in words for words in found["reasons"])


def test_rises_on_days_of_their_own_follow_by_chance():
    case = noisy_case()
    honest(case, event_days(24))
    rising(case, event_days(24, seed=9), fraction=1.0)
    assert row(screened(case), "rebound_traded")["finding"] == "not_seen"


def test_few_events_are_told_as_not_enough():
    case = noisy_case()
    honest(case, event_days(SETTINGS.gaming_events - 1))
    gaming = screened(case)
    assert set(gaming["finding"]) == {"not_enough"}
    assert gaming["p_value"].null_count() == gaming.height


def test_the_asset_meter_stands_for_the_party_where_it_is_read():
    case = noisy_case(sigma=6.0)
    days = event_days(14)
    asset = np.full(case.net_kw.shape[1:], 4.0)
    asset += np.random.default_rng(4).normal(0, 0.2, asset.shape)
    asset[days, EVENING - SETTINGS.adjust_half_hours : EVENING] += 0.8 * KW
    case.net_kw[0] += asset
    case.expected_kw[0] += 4.0
    honest(case, days)
    asset[days, EVENING : EVENING + LENGTH] -= KW
    times = pl.datetime_range(
        MIDNIGHT, MIDNIGHT + dt.timedelta(days=len(asset)), "30m", closed="left", eager=True
    )
    reads = pl.DataFrame(
        {
            "amsid": "7700000000001",
            "mpan": mpan(0),
            "ts_utc": times,
            "import_kwh": 0.5 * np.maximum(asset, 0).reshape(-1),
            "export_kwh": 0.5 * np.maximum(-asset, 0).reshape(-1),
        }
    )
    unmetered = row(screened(case), "window_ramped")
    metered = row(screened(case, asset_reads=reads), "window_ramped")
    assert unmetered["finding"] == "not_seen"
    assert metered["finding"] == "seen"
    assert "the boundary" in unmetered["reasons"][0]
    assert "its asset meter" in metered["reasons"][0]


def test_honest_parties_are_seen_no_more_often_than_the_setting_says():
    case = noisy_case(n_sites=60, sigma=1.5)
    for site in range(60):
        honest(case, event_days(20, seed=100 + site), site)
    gaming = screened(case)
    parties = gaming.group_by("mpan").agg((pl.col("finding") == "seen").any().alias("any"))
    assert parties.height == 60
    # 0.6 are to be expected; more than four would come once in a thousand such tests.
    assert parties["any"].sum() <= 4
    middle = gaming.filter(pl.col("screen") == "low_load_days")["p_value"].mean()
    assert middle == pytest.approx(0.5, abs=0.12)


def test_the_same_input_gives_the_same_findings():
    frames_of = []
    for _ in range(2):
        case = noisy_case()
        honest(case, event_days())
        frames_of.append(screened(case))
    assert frames_of[0].equals(frames_of[1])


def test_no_sentence_accuses():
    case = noisy_case()
    days = event_days(14)
    case.net_kw[0, days] -= 1.5
    honest(case, days)
    gaming = screened(case)
    words = " ".join(gaming["reasons"].explode().to_list() + gaming["innocent"].explode().to_list())
    for word in ("gaming", "fraud", "cheat", "manipulat", "suspect", "misrepresent", "abuse"):
        assert word not in words.lower()
