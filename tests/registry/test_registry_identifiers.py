from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import identifiers
from registry.errors import IdentifierInvalid

VALID = [
    "1315001165122",
    "1200023305967",
    "1000000000012",
    "1200000000011",
    "1200000000020",
    "1900012345670",
    "1200987654320",
    "1300035399160",
    "1100123456782",
    "1312345678907",
    "1412345678901",
    "1590000001239",
    "1602500607079",
    "1755555555557",
    "1800400120096",
    "2000052671884",
    "2100000010009",
    "2248274887874",
    "2387654321014",
    "2400000000421",
]
AMSIDS = ["7700000000109", "7700000000118", "7700000000020", "7800000000015"]
FIRST_TWELVE = st.text("0123456789", min_size=12, max_size=12)


def fault(text: str) -> str:
    with pytest.raises(IdentifierInvalid) as caught:
        identifiers.mpan_core(text)
    assert caught.value.message.endswith(".")
    assert caught.value.fix.endswith(".")
    return caught.value.code


@pytest.mark.parametrize("core", VALID)
def test_published_mpans_are_valid(core: str) -> None:
    assert identifiers.mpan_core(core) == core


@pytest.mark.parametrize(
    ("core", "digit"), [("1315001165123", 2), ("1234567890123", 6), ("1200000000000", 2)]
)
def test_bad_samples_in_circulation_are_refused_and_the_right_digit_is_named(
    core: str, digit: int
) -> None:
    with pytest.raises(IdentifierInvalid, match=f"its check digit is {digit}") as caught:
        identifiers.mpan_core(core)
    assert caught.value.code == "bad_check_digit"


@pytest.mark.parametrize("amsid", AMSIDS)
def test_amsids_of_both_prefixes_raise_no_doubt(amsid: str) -> None:
    assert identifiers.amsid_warnings(identifiers.amsid(amsid)) == []


def test_an_odd_amsid_is_taken_with_its_oddities_named() -> None:
    assert identifiers.amsid("1315001165123") == "1315001165123"
    assert identifiers.amsid_warnings("1315001165123") == [
        "unknown_amsid_prefix",
        "amsid_check_digit",
    ]


@given(FIRST_TWELVE)
def test_every_mpan_with_its_check_digit_is_valid(first: str) -> None:
    core = f"{first}{identifiers.check_digit(first)}"
    assert identifiers.mpan_core(core) == core


@given(FIRST_TWELVE)
def test_few_single_digit_slips_pass(first: str) -> None:
    core = f"{first}{identifiers.check_digit(first)}"
    slips = [
        core[:place] + digit + core[place + 1 :]
        for place in range(13)
        for digit in "0123456789"
        if digit != core[place]
    ]
    passed = sum(identifiers.has_valid_check_digit(slip) for slip in slips)
    # A slip of one place passes only where the sum mod 11 goes between 0 and 10.
    assert passed <= 12


@pytest.mark.parametrize(
    "typed",
    [
        " 1200023305967 ",
        "'1200023305967",
        '"1200023305967"',
        "12 0002 3305 967",
        "12-0002330596-7",
        "1200023305967.0",
        "12\u00a00002330596\u200b7",
        "038011231200023305967",  # profile class, MTC, LLFC, core
        "0012341231200023305967",  # "00", SSC, DUoS tariff, core
    ],
)
def test_the_core_is_found_in_what_people_type(typed: str) -> None:
    assert identifiers.mpan_core(typed) == "1200023305967"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "blank"),
        ("  ' ", "blank"),
        ("1.2E+12", "spreadsheet_rounded"),
        ("1.20002E+12", "spreadsheet_rounded"),
        ("1e12", "spreadsheet_rounded"),
        ("120002330596", "wrong_length"),
        ("1112341231200023305967", "wrong_length"),  # 22 digits that do not begin 00
        ("12000233O5967", "not_digits"),
        ("\u0661200023305967", "not_digits"),
        ("12000233059\u00b27", "not_digits"),
    ],
)
def test_what_is_no_mpan_says_why(typed: str, code: str) -> None:
    assert fault(typed) == code


def test_fourteen_distributors_imply_their_group_and_independents_none() -> None:
    groups = {str(d): identifiers.gsp_group_of(f"{d}00000000000") for d in range(10, 53)}
    assert [groups[str(d)] for d in range(10, 24)] == [f"_{letter}" for letter in "ABCDEFGPNJHKLM"]
    assert {groups[str(d)] for d in range(24, 53)} == {None}


def test_odd_but_lawful_mpans_are_named() -> None:
    assert identifiers.mpan_warnings("1200023305967") == []
    assert identifiers.mpan_warnings("4100000000001") == ["unknown_distributor"]
    assert identifiers.mpan_warnings("7700000000109") == ["asset_meter_as_mpan"]


@pytest.mark.parametrize("group", ["_A", "p", " _n "])
def test_gsp_groups_are_read(group: str) -> None:
    assert identifiers.gsp_group(group) == f"_{group.strip(' _').upper()}"


@pytest.mark.parametrize("group", ["_I", "_O", "_Q", "", "_AB", "10"])
def test_there_is_no_gsp_group_i_or_o(group: str) -> None:
    with pytest.raises(IdentifierInvalid):
        identifiers.gsp_group(group)


def test_an_mpid_is_four_capitals_or_digits() -> None:
    assert identifiers.mpid(" axle ") == "AXLE"
    for text in ("AXL", "AXLES", "AX E", "ÄXLE"):
        with pytest.raises(IdentifierInvalid):
            identifiers.mpid(text)
