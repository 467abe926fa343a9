"""Populations: the same seed, the same meters; identifiers, gaps and labels that hold."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from characterise import simulate
from characterise.simulate.areas import AREAS
from characterise.simulate.identifiers import check_digit, fictional, is_valid
from characterise.simulate.population import Population

SPAN = {"first_day": dt.date(2026, 1, 1), "n_days": 30}


@pytest.fixture(scope="module")
def held() -> Population:
    return simulate.population(
        homes=25,
        businesses=12,
        seed=3,
        mix={"enrolled": 0.8, "gaps": 0.5, "estimates": 0.4},
        **SPAN,
    )


def test_the_same_seed_gives_the_same_frames(held: Population) -> None:
    again = simulate.population(
        homes=25,
        businesses=12,
        seed=3,
        mix={"enrolled": 0.8, "gaps": 0.5, "estimates": 0.4},
        **SPAN,
    )
    for name in Population.__slots__:
        assert getattr(held, name).equals(getattr(again, name)), name


def test_another_seed_gives_other_readings(held: Population) -> None:
    other = simulate.population(homes=25, businesses=12, seed=4, **SPAN)
    assert not held.reads.equals(other.reads)


def test_a_site_does_not_change_with_the_size_of_its_population() -> None:
    small = simulate.population(homes=2, businesses=0, seed=3, mix={"enrolled": 0}, **SPAN)
    large = simulate.population(homes=6, businesses=0, seed=3, mix={"enrolled": 0}, **SPAN)
    assert small.reads.equals(
        large.reads.filter(pl.col("mpan").is_in(small.reads["mpan"].implode()))
    )


def test_identifiers_have_valid_check_digits_and_the_distributor_of_their_area(
    held: Population,
) -> None:
    groups = dict(held.meters.select("mpan", "gsp_group").iter_rows())
    for mpan, group in groups.items():
        assert is_valid(mpan)
        assert mpan[:2] == AREAS[group].distributor
        assert mpan[2:4] == "99"
    for pair in held.pairings.to_dicts():
        assert is_valid(pair["export_mpan"])
        assert pair["export_mpan"][:2] == pair["import_mpan"][:2]
    for column in ("import_amsid", "export_amsid"):
        for amsid in held.asset_meters[column].drop_nulls():
            assert is_valid(amsid)
            assert amsid.startswith("77")
    everything = [*groups, *held.pairings["export_mpan"], *held.asset_meters["import_amsid"]]
    assert len(set(everything)) == len(everything)


@pytest.mark.parametrize(
    "mpan", ["1315001165122", "1200023305967", "1900012345670", "1200987654320", "7700000000109"]
)
def test_published_identifiers_pass_the_check(mpan: str) -> None:
    assert check_digit(mpan[:12]) == mpan[12]


@given(number=st.integers(0, 9_999_999), place=st.integers(0, 12), step=st.integers(1, 9))
def test_most_single_slips_fail_the_check(number: int, place: int, step: int) -> None:
    mpan = fictional("12", number)
    assert is_valid(mpan)
    slipped = f"{mpan[:place]}{(int(mpan[place]) + step) % 10}{mpan[place + 1 :]}"
    if is_valid(slipped):
        # The only slips that pass are those between remainders 0 and 10.
        weights = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
        left = {
            sum(int(d) * w for d, w in zip(one[:12], weights, strict=True)) % 11
            for one in (mpan, slipped)
        }
        assert left == {0, 10}


def test_gaps_have_no_rows_and_estimates_say_so(held: Population) -> None:
    rows = held.reads.group_by("mpan").len()["len"]
    assert rows.max() == 30 * 48
    assert rows.min() < 30 * 48
    assert set(held.reads["quality"].unique()) == {"actual", "estimated"}
    assert held.reads.null_count().sum_horizontal().item() == 0


def test_labels_agree_with_the_submeters(held: Population) -> None:
    seen = held.submeters.group_by("mpan", "asset").agg(
        pl.max_horizontal("import_kwh", "export_kwh").max().alias("kwh")
    )
    for asset in simulate.ASSETS:
        labelled = set(held.sites.filter(pl.col(f"has_{asset}"))["mpan"])
        assert labelled == set(seen.filter(pl.col("asset") == asset)["mpan"])
        assert (held.sites.filter(pl.col(f"has_{asset}"))[f"{asset}_kw"] > 0).all()
        assert (held.sites.filter(~pl.col(f"has_{asset}"))[f"{asset}_kw"] == 0).all()


def test_hard_negatives_carry_no_label() -> None:
    for name in ("storage_heating_home", "shower_home", "panel_heater_home", "plain_office"):
        site = simulate.example(name, **SPAN).sites
        assert not site.select(pl.any_horizontal("^has_.*$")).item()


def test_homes_use_what_gb_homes_use() -> None:
    mix = {"ev": 0, "heat_pump": 0, "battery": 0, "pv": 0, "confounder": 0, "gaps": 0}
    reads = simulate.population(
        homes=40, businesses=0, seed=6, mix=mix, first_day=dt.date(2025, 10, 1), n_days=120
    ).reads
    yearly = reads.group_by("mpan").agg(pl.col("import_kwh").mean() * 17520)["import_kwh"]
    assert 2000 < yearly.median() < 4500
    assert yearly.quantile(0.9) / yearly.quantile(0.1) > 1.8
    evening = reads.filter(pl.col("ts_utc").dt.hour().is_between(17, 20))["import_kwh"].mean()
    night = reads.filter(pl.col("ts_utc").dt.hour().is_between(2, 4))["import_kwh"].mean()
    assert evening > 2 * night


def test_businesses_come_in_several_trades(held: Population) -> None:
    trades = held.sites.filter(pl.col("premises") == "non_domestic")["archetype"].n_unique()
    assert trades >= 3
    peaks = held.reads.group_by("mpan").agg(pl.col("import_kwh").max() * 2)
    assert np.log10(peaks["import_kwh"].max() / peaks["import_kwh"].min()) > 1
