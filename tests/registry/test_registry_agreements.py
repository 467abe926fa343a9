from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import agreements, asset_meters, organisations, pairings
from registry.agreements import Agreement
from registry.asset_meters import AssetMeter
from registry.errors import AgreementClash, RecordInvalid, StaleVersion
from registry.ledger import Ledger
from registry.organisations import Organisation
from registry.pairings import Pairing

WHO = {"actor": "Ann Analyst", "reason": "a test"}
SITE, SITE_EXPORT, OTHER = "1200000000011", "1200000000020", "1300035399160"
ONE, ONE_EXPORT, TWO, THREE = "7700000000109", "7700000000118", "7700000000020", "7800000000015"
FIRST = dt.date(2026, 3, 1)
HORIZON = 16
ASSETS = {SITE: ("one", "two", "rest"), OTHER: ("three", "rest of other")}
"""Every asset behind each boundary, with one that nobody named."""
HELD = {ONE: "one", ONE_EXPORT: "one", TWO: "two", THREE: "three"}


def agreement(**fields: object) -> Agreement:
    given = {
        "fsp": "FLXA",
        "mpan": SITE,
        "amsid": ONE,
        "market": "DSO_LOCAL",
        "stack_rank": 1,
        "exclusive": False,
        "valid_from": FIRST,
    }
    return Agreement.model_validate(given | fields)


def make_site(ledger: Ledger) -> None:
    with ledger.write(**WHO) as tx:
        asset_meters.add(
            tx, AssetMeter(import_amsid=ONE, export_amsid=ONE_EXPORT, import_mpan=SITE)
        )
        asset_meters.add(tx, AssetMeter(import_amsid=TWO, import_mpan=SITE))
        asset_meters.add(tx, AssetMeter(import_amsid=THREE, import_mpan=OTHER))
        pairings.add(tx, Pairing(import_mpan=SITE, export_mpan=SITE_EXPORT, valid_from=FIRST))


@st.composite
def drawn(draw: st.DrawFn) -> Agreement:
    amsid = draw(st.sampled_from([None, ONE, ONE_EXPORT, TWO, THREE]))
    mpan = draw(st.sampled_from([SITE, SITE_EXPORT, OTHER]))
    if amsid is not None:
        mpan = OTHER if amsid == THREE else draw(st.sampled_from([SITE, SITE_EXPORT]))
    start = draw(st.integers(0, 10))
    length = draw(st.one_of(st.none(), st.integers(1, 6)))
    return agreement(
        fsp=draw(st.sampled_from(["FLXA", "FLXB"])),
        mpan=mpan,
        amsid=amsid,
        stack_rank=draw(st.integers(1, 3)),
        exclusive=draw(st.booleans()),
        valid_from=FIRST + dt.timedelta(days=start),
        valid_to=None if length is None else FIRST + dt.timedelta(days=start + length),
    )


def lawful(held: list[Agreement]) -> bool:
    """Day by day and asset by asset: alone, or all shared with ranks of their own."""
    for day in (FIRST + dt.timedelta(days=n) for n in range(HORIZON)):
        holders: dict[str, list[Agreement]] = {}
        for one in held:
            if one.valid_from <= day and (one.valid_to is None or day < one.valid_to):
                site = OTHER if one.mpan == OTHER else SITE
                for asset in (HELD[one.amsid],) if one.amsid else ASSETS[site]:
                    holders.setdefault(asset, []).append(one)
        for together in holders.values():
            ranks = {one.stack_rank for one in together}
            if len(together) > 1 and (
                any(one.exclusive for one in together) or len(ranks) < len(together)
            ):
                return False
    return True


@settings(max_examples=60)
@given(st.lists(drawn(), min_size=2, max_size=6))
def test_an_agreement_is_taken_exactly_when_every_day_of_every_asset_allows_it(
    offered: list[Agreement],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.db")
        make_site(ledger)
        held: list[Agreement] = []
        with ledger.write(**WHO) as tx:
            for one in offered:
                try:
                    agreements.add(tx, one)
                    taken = True
                except AgreementClash:
                    taken = False
                assert taken == lawful([*held, one])
                if taken:
                    held.append(one)


def test_two_providers_on_different_assets_of_one_mpan_are_lawful(ledger: Ledger) -> None:
    make_site(ledger)
    with ledger.write(**WHO) as tx:
        agreements.add(tx, agreement(fsp="FLXA", amsid=ONE, exclusive=True))
        agreements.add(tx, agreement(fsp="FLXB", amsid=TWO, exclusive=True))
        assert len(agreements.current(tx.db, mpan=SITE)) == 2


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({"exclusive": True}, {"stack_rank": 2}, "exclusive_overlap"),
        ({"exclusive": True}, {"stack_rank": 2, "fsp": "FLXB"}, "other_provider_exclusive"),
        ({}, {"fsp": "FLXB"}, "same_rank"),
        ({"amsid": None}, {"amsid": TWO}, "same_rank"),
        ({"amsid": None}, {"amsid": None, "mpan": SITE_EXPORT}, "same_rank"),
        ({"amsid": ONE}, {"amsid": ONE_EXPORT}, "same_rank"),
    ],
)
def test_a_clash_names_its_kind_and_the_agreement_in_the_way(
    ledger: Ledger, first: dict[str, object], second: dict[str, object], code: str
) -> None:
    make_site(ledger)
    with ledger.write(**WHO) as tx:
        held = agreements.add(tx, agreement(**first))
        with pytest.raises(AgreementClash, match=held) as caught:
            agreements.add(tx, agreement(**second))
    assert caught.value.code == code
    assert caught.value.clashes_with == held


def test_the_end_day_is_free_for_the_next(ledger: Ledger) -> None:
    make_site(ledger)
    end = FIRST + dt.timedelta(days=30)
    with ledger.write(**WHO) as tx:
        agreements.add(tx, agreement(exclusive=True, valid_to=end))
        agreements.add(tx, agreement(exclusive=True, valid_from=end, fsp="FLXB"))
        last_day = end - dt.timedelta(days=1)
        with pytest.raises(AgreementClash):
            agreements.add(tx, agreement(stack_rank=3, valid_from=last_day, valid_to=end))


def test_an_organisation_id_and_its_mpid_are_one_provider(ledger: Ledger) -> None:
    make_site(ledger)
    with ledger.write(**WHO) as tx:
        organisations.add(tx, Organisation(organisation_id="ORG-A", name="A", mpid="FLXA"))
        agreements.add(tx, agreement(fsp="ORG-A", exclusive=True))
        with pytest.raises(AgreementClash) as caught:
            agreements.add(tx, agreement(fsp="FLXA", stack_rank=2))
    assert caught.value.code == "exclusive_overlap"


def test_an_unknown_provider_and_asset_meter_become_stubs(ledger: Ledger) -> None:
    with ledger.write(**WHO) as tx:
        agreements.add(tx, agreement(fsp="VPPX"))
        agreements.add(tx, agreement(fsp="ORG-NEW", amsid=TWO))
    with ledger.read() as db:
        made = {row["name"]: row for row in organisations.current(db)}
        meters = asset_meters.current(db, mpan=SITE)
    assert made["VPPX"]["mpid"] == "VPPX"
    assert made["ORG-NEW"]["organisation_id"] == "ORG-NEW"
    assert all(row["stub"] for row in [*made.values(), *meters])
    assert {row["import_amsid"] for row in meters} == {ONE, TWO}


def test_an_asset_meter_behind_another_boundary_is_refused(ledger: Ledger) -> None:
    make_site(ledger)
    with ledger.write(**WHO) as tx, pytest.raises(RecordInvalid, match=f"behind MPAN {OTHER}"):
        agreements.add(tx, agreement(amsid=THREE))


def test_revising_keeps_the_rules_and_ending_frees_the_asset(ledger: Ledger) -> None:
    make_site(ledger)
    with ledger.write(**WHO) as tx:
        first = agreements.add(tx, agreement(stack_rank=1))
        second = agreements.add(tx, agreement(stack_rank=2))
        with pytest.raises(AgreementClash):
            agreements.revise(tx, second, 1, {"stack_rank": 1})
        assert agreements.end(tx, first, 1, FIRST + dt.timedelta(days=5)) == 2
        with pytest.raises(StaleVersion):
            agreements.end(tx, first, 1, FIRST + dt.timedelta(days=9))
        later = (FIRST + dt.timedelta(days=5)).isoformat()
        assert agreements.revise(tx, second, 1, {"stack_rank": 1, "valid_from": later}) == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"valid_to": FIRST}, "not after valid_from"),
        ({"stack_rank": 0}, "greater than or equal to 1"),
        ({"mpan": "1200000000012"}, "check digit"),
        ({"fsp": "A B"}, "neither an MPID"),
        ({"primacy_type": "BOTH"}, "NONE"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_field_that_cannot_be_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        agreement(**fields)


def test_a_market_outside_the_list_is_refused_until_a_setting_adds_it(ledger: Ledger) -> None:
    from registry import settings as thresholds

    with ledger.write(**WHO) as tx:
        with pytest.raises(RecordInvalid, match="DSO_LOCAL, NESO_ANCILLARY"):
            agreements.add(tx, agreement(market="HEAT"))
        thresholds.change(tx, "extra_markets", 1, ["HEAT"])
        assert agreements.add(tx, agreement(market="HEAT"))


def test_an_mpid_of_two_companies_means_the_one_that_can_hold_rights(ledger: Ledger) -> None:
    with ledger.write(**WHO) as tx:
        organisations.add(
            tx, Organisation(name="London Power Networks", mpid="LOND", mpid_role="R")
        )
        organisations.add(tx, Organisation(name="EDF Energy", mpid="LOND", mpid_role="7"))
        found = organisations.by_fsp(tx.db, "LOND")
    assert found is not None
    assert found["name"] == "EDF Energy"
