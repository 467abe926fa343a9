import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.session import FIELDS, ActorMissing, Desk, Place, link


def test_address_holds_every_field_that_is_set_and_no_other() -> None:
    place = Place(mpan="1200000000009", day=dt.date(2026, 1, 31))
    assert place.query() == "?mpan=1200000000009&day=2026-01-31"
    assert Place().query() == ""


@given(st.dictionaries(st.sampled_from(sorted(set(FIELDS) - {"day"})), st.text(max_size=30)))
def test_what_one_tab_writes_another_reads(held: dict[str, str]) -> None:
    from urllib.parse import parse_qsl

    first = Place()
    first.read(held)
    second = Place()
    assert second.read(dict(parse_qsl(first.query().lstrip("?")))) == []
    assert all(getattr(first, name) == getattr(second, name) for name in FIELDS)


def test_senseless_day_is_left_out_and_said() -> None:
    place = Place()
    [problem] = place.read({"day": "31/01/2026", "mpan": "1200000000009"})
    assert "day" in problem
    assert "2026-01-31" in problem
    assert place.day is None
    assert place.mpan == "1200000000009"


def test_unknown_arguments_are_ignored() -> None:
    assert Place().read({"utm_source": "x"}) == []


def test_control_characters_never_reach_a_view() -> None:
    place = Place()
    assert len(place.read({"mpan": "12\x0034"})) == 1
    assert place.mpan == ""


def test_every_change_shows_the_whole_address() -> None:
    shown: list[str] = []
    place = Place(mpan="1")
    place.follow(shown.append)
    place.day = dt.date(2026, 1, 2)
    assert shown == ["?mpan=1", "?mpan=1&day=2026-01-02"]


@pytest.mark.parametrize("name", ["", "  ", "guest", "Guest"])
def test_nobody_in_particular_may_decide(desk: Desk, name: str) -> None:
    desk.actor = name
    with pytest.raises(ActorMissing, match="name"):
        desk.who()


def test_link_escapes_what_it_carries() -> None:
    assert link("meter", mpan="a&b=c", find=None) == "/meter?mpan=a%26b%3Dc"
