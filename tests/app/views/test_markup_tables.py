import datetime as dt

import polars as pl
import pytest

from app.views import markup, wording
from app.views.notice import sentence_of

HOSTILE = "<script>alert(1)</script>"


def test_whatever_comes_from_data_is_escaped() -> None:
    frame = pl.DataFrame({"name": [HOSTILE]})
    html = markup.table(frame, {"name": (HOSTILE, None)}, HOSTILE, empty=HOSTILE)
    html += markup.table(frame.clear(), {"name": ("N", None)}, HOSTILE, empty=HOSTILE)
    html += markup.listing([HOSTILE]) + markup.facts({HOSTILE: HOSTILE})
    html += markup.lamp(HOSTILE, HOSTILE) + markup.anchor(f'/x"{HOSTILE}', HOSTILE)
    assert "<script>" not in html


def test_writers_that_return_text_are_escaped_and_markup_stands() -> None:
    frame = pl.DataFrame({"a": [HOSTILE], "b": ["EV_CHARGER"]})
    columns: markup.Columns = {"a": ("A", lambda value: value), "b": ("B", markup.swatch)}
    html = markup.table(frame, columns, "T", empty="")
    assert "<script>" not in html
    assert '<span class="swatch"' in html


def test_cut_table_says_so() -> None:
    frame = pl.DataFrame({"n": range(1200)})
    html = markup.table(frame, {"n": ("N", None)}, "Numbers", empty="", rows=10)
    assert html.count("<tr>") == 11
    assert "first 10 of 1,200" in html


def test_column_that_the_frame_lacks_reads_as_nothing_known() -> None:
    html = markup.table(pl.DataFrame({"a": [1]}), {"b": ("B", None)}, "T", empty="")
    assert f"<td>{wording.NOTHING}</td>" in html


def test_missing_is_never_written_as_zero() -> None:
    assert wording.figure(None) == wording.figure(float("nan")) == wording.NOTHING
    assert wording.share(None) == wording.NOTHING
    assert wording.figure(0.0) == "0"


@pytest.mark.parametrize(
    ("chance", "written"), [(0.004, "0.4%"), (0.0002, "under 0.1%"), (0.0, "0%"), (0.9, "90%")]
)
def test_small_chances_are_not_rounded_to_none(chance: float, written: str) -> None:
    assert wording.share(chance) == written


def test_chance_is_never_written_as_a_certainty() -> None:
    assert wording.chance(1.0) == wording.chance(0.996) == "over 99%"
    assert wording.share(1.0) == "100%"  # a fraction may be whole
    assert wording.chance(None) == wording.NOTHING


@pytest.mark.parametrize(
    ("code", "written"),
    [("DSO_LOCAL", "DSO local"), ("NESO_BM", "NESO BM"), ("WHOLESALE", "Wholesale"), (None, "–")],
)
def test_markets_are_written_in_words(code: str | None, written: str) -> None:
    assert wording.market(code) == written


def test_ledgers_own_id_is_not_shown_in_a_refusal() -> None:
    refusal = ValueError("It clashes (e6e8f65d-be04-4e62-a870-5580d931eba0).")
    assert sentence_of(refusal) == "It clashes."


def test_mask_shows_the_last_four_digits_only() -> None:
    assert wording.masked("1200000000009") == "•••••••••0009"
    assert wording.masked("123") == "123"
    assert wording.masked(None) == wording.NOTHING


def test_worth_is_the_product_that_it_shows() -> None:
    assert wording.worth(7.0, 0.2) == "7 kW at stake × 0.20 doubt = 1.4 kW worth a look"


def test_moments_are_local_and_name_their_clock() -> None:
    assert wording.moment("2026-07-01T16:00:00.000000Z") == "01 Jul 2026 17:00 BST"
    assert wording.moment(dt.datetime(2026, 1, 1, 16, tzinfo=dt.UTC)) == "01 Jan 2026 16:00 GMT"
    assert wording.moment("2026-01-31") == "31 Jan 2026"


def test_lists_of_the_ledger_are_written_as_words() -> None:
    assert wording.members('["FSP", "Supplier"]') == "FSP, Supplier"
    assert wording.members("plain") == "plain"
    assert wording.members(None) == wording.NOTHING
