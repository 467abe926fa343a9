import datetime as dt

import polars as pl
import pytest

from app.session import Desk, Place
from app.views.register_desk import RegisterDesk, holding
from app.workflows import register

SHEET = b"organisation_id,name,mpid,mpid_role,roles,email\norg-0001,Alpha <b>Flex</b>,FLXA,,FSP,\n"


@pytest.fixture
def shown(desk: Desk) -> RegisterDesk:
    return RegisterDesk(desk, Place())


def fill(shown: RegisterDesk, **fields: object) -> None:
    typed = {"fsp": "FLXA", "mpan": "1200000000002", "valid_from": dt.date(2026, 1, 1), **fields}
    for name, value in typed.items():
        shown.agreement.fields[name].value = value
    shown.agreement.reason.value = "Signed in January"


def test_agreement_is_added_and_its_provider_appears(shown: RegisterDesk, desk: Desk) -> None:
    fill(shown)
    shown.agreement.add()
    assert "Added as agreement" in shown.agreement.notice.said
    assert register.listing(desk.workspace, "agreements")["fsp"].to_list() == ["FLXA"]
    assert "FLXA" in shown._table.object  # the organisation that the agreement named


def test_wrong_mpan_is_refused_in_a_sentence_and_nothing_is_written(
    shown: RegisterDesk, desk: Desk
) -> None:
    fill(shown, mpan="1200000000009")
    shown.agreement.add()
    assert "mpan" in shown.agreement.notice.said.lower()
    assert register.listing(desk.workspace, "agreements").is_empty()


def test_agreement_needs_a_reason(shown: RegisterDesk, desk: Desk) -> None:
    fill(shown)
    shown.agreement.reason.value = "  "
    shown.agreement.add()
    assert "reason" in shown.agreement.notice.said
    assert register.listing(desk.workspace, "agreements").is_empty()


def test_check_writes_nothing_and_load_writes_every_row(shown: RegisterDesk, desk: Desk) -> None:
    shown.sheet.file.value = SHEET
    shown.sheet.load(dry_run=True)
    assert "would be loaded" in shown.sheet.notice.said
    assert register.listing(desk.workspace, "organisations").is_empty()
    shown.sheet.reason.value = "First load"
    shown.sheet.load(dry_run=False)
    assert "1 of 1 rows loaded" in shown.sheet.notice.said
    assert "Alpha &lt;b&gt;Flex" in shown._table.object


def test_faults_are_listed_by_row_and_nothing_is_loaded(shown: RegisterDesk, desk: Desk) -> None:
    shown.sheet.file.value = SHEET + b"org-0002,Beta,TOOLONG,,FSP,\n"
    shown.sheet.reason.value = "First load"
    shown.sheet.load(dry_run=False)
    assert "Nothing was loaded" in shown.sheet.notice.said
    assert "mpid" in shown.sheet._report.object
    assert register.listing(desk.workspace, "organisations").is_empty()


def test_table_and_text_stand_in_the_address(desk: Desk) -> None:
    place = Place()
    shown = RegisterDesk(desk, place)
    shown._entity.value = "agreements"
    shown._text.value = "flxa"
    assert place.query() == "?text=flxa&entity=agreements"


def test_text_is_found_in_any_column_whatever_its_case() -> None:
    rows = pl.DataFrame({"name": ["Alpha", "Beta"], "mpid": ["FLXA", None], "rank": [1, 2]})
    assert holding(rows, "flx")["name"].to_list() == ["Alpha"]
    assert holding(rows, "2")["name"].to_list() == ["Beta"]
    assert holding(rows, " ").height == 2
