import polars as pl
import pytest

from app.session import Desk, Place
from app.views.record_list import RecordList
from app.views.review_desk import ReviewDesk, changes_html, queue_rows
from app.workflows import review
from registry import audit


@pytest.fixture
def morning(desk: Desk, place: Place, raised: list[str]) -> ReviewDesk:
    return ReviewDesk(desk, place)


def test_most_worth_is_on_top_and_up_for_decision(
    morning: ReviewDesk, raised: list[str], place: Place
) -> None:
    assert morning.list.ids == raised
    assert place.flag == raised[0]
    assert "7 kW at stake × 0.20 doubt = 1.4 kW" in morning._summary.object


def test_what_the_flag_says_is_escaped(morning: ReviewDesk) -> None:
    assert "EV_CHARGER &lt;seen&gt;" in morning._summary.object
    assert "it &amp; nobody" in morning._summary.object


def test_decision_is_written_with_its_reason_and_the_next_flag_comes_up(
    morning: ReviewDesk, desk: Desk, place: Place, raised: list[str]
) -> None:
    morning.decision.pick("confirmed")
    morning.decision._reason.value = "pattern_clear"
    morning.decision._note.value = "seen by eye"
    morning.decision.record()
    with desk.workspace.ledger.read() as db:
        entry = audit.entries(db, limit=1)[0]
    assert (entry["actor"], entry["entity_id"]) == ("Ana Lyst", raised[0])
    assert f"#{entry['seq']}." in morning.decision.notice.said
    assert place.flag == raised[1]
    assert morning.list.ids == raised[1:]
    assert review.flag(desk.workspace, raised[0])["state"] == "confirmed"


def test_undo_brings_the_flag_back_as_a_new_entry(
    morning: ReviewDesk, desk: Desk, place: Place, raised: list[str]
) -> None:
    morning.decision.pick("rejected")
    morning.decision._reason.value = "bad_data"
    morning.decision.record()
    morning.decision.undo()
    assert place.flag == raised[0]
    assert review.flag(desk.workspace, raised[0])["state"] == "open"
    assert "Undone; recorded in the audit trail as #" in morning.decision.notice.said


def test_no_reason_is_chosen_beforehand_and_none_is_refused(
    morning: ReviewDesk, desk: Desk, raised: list[str]
) -> None:
    morning.decision.pick("confirmed")
    assert morning.decision._reason.value == ""
    morning.decision.record()
    assert "Choose a reason" in morning.decision.notice.said
    assert review.flag(desk.workspace, raised[0])["state"] == "open"


def test_correction_carries_class_and_power(
    morning: ReviewDesk, desk: Desk, raised: list[str]
) -> None:
    morning.decision.pick("corrected")
    morning.decision._reason.value = "other_class"
    morning.decision._class.value = "FLEXIBLE_DEMAND"
    morning.decision._kw.value = "3.6"
    morning.decision.record()
    held = review.flag(desk.workspace, raised[0])
    assert held["correction"] == {"asset_class": "FLEXIBLE_DEMAND", "rated_kw": 3.6}


@pytest.mark.parametrize("typed", ["seven", "7,4 kW"])
def test_power_that_is_no_number_is_refused(
    morning: ReviewDesk, desk: Desk, raised: list[str], typed: str
) -> None:
    morning.decision.pick("corrected")
    morning.decision._reason.value = "other_size"
    morning.decision._kw.value = typed
    morning.decision.record()
    assert typed in morning.decision.notice.said
    assert review.flag(desk.workspace, raised[0])["state"] == "open"


def test_somebody_who_decided_first_is_not_overwritten(
    morning: ReviewDesk, desk: Desk, raised: list[str]
) -> None:
    review.decide(
        desk.workspace,
        raised[0],
        1,
        "rejected",
        actor="Ben",
        reason_code="bad_data",
        note="",
    )
    morning.decision.pick("confirmed")
    morning.decision._reason.value = "pattern_clear"
    morning.decision.record()
    assert "Ben" in morning.decision.notice.said
    assert review.flag(desk.workspace, raised[0])["outcome"] == "rejected"


def test_decision_needs_a_name(morning: ReviewDesk, desk: Desk, raised: list[str]) -> None:
    desk.actor = ""
    morning.decision.pick("confirmed")
    morning.decision._reason.value = "pattern_clear"
    morning.decision.record()
    assert "name" in morning.decision.notice.said
    assert review.flag(desk.workspace, raised[0])["state"] == "open"


def test_stepping_and_filters_stand_in_the_address(
    morning: ReviewDesk, place: Place, raised: list[str]
) -> None:
    morning.list.step(1)
    assert place.flag == raised[1]
    morning._text.value = "BESS"
    assert morning.list.ids == [raised[2]]
    assert "text=BESS" in place.query()
    assert place.flag == raised[2]


def test_link_to_a_decided_flag_opens_it_though_the_list_leaves_it_out(
    morning: ReviewDesk, desk: Desk, raised: list[str]
) -> None:
    morning.decision.pick("confirmed")
    morning.decision._reason.value = "pattern_clear"
    morning.decision.record()
    place = Place(flag=raised[0])
    again = ReviewDesk(desk, place)
    assert raised[0] not in again.list.ids
    assert "Ana Lyst confirmed it" in again._summary.object
    assert all(button.disabled for button in again.decision._verbs.values())


def test_flag_that_does_not_exist_is_said_in_a_sentence(desk: Desk, raised: list[str]) -> None:
    opened = ReviewDesk(desk, Place(flag="nonesuch"))
    assert "nonesuch" in opened.notice.said


def test_empty_queue_says_what_to_do(desk: Desk, place: Place) -> None:
    empty = ReviewDesk(desk, place)
    assert "fmar ingest" in empty.list._count.object
    assert not empty._meter.visible


def test_banner_counts_what_the_last_run_changed() -> None:
    html = changes_html({"new": 3, "tier moved": 0, "cleared": 1200})
    assert "<b>3</b> new" in html
    assert "<b>1,200</b> cleared" in html
    assert "tier moved" not in html
    assert "no change" in changes_html({"new": 0})


def queue_of(*flags: dict[str, object]) -> pl.DataFrame:
    blank = dict.fromkeys(review.QUEUE)
    return pl.DataFrame(
        [{**blank, "mpan": "1200000000009", **flag} for flag in flags], review.QUEUE
    )


def test_rows_of_one_kind_are_told_apart_by_class_chance_provider_and_event() -> None:
    rows = queue_rows(
        queue_of(
            {"asset_class": "HEAT_PUMP", "probability": 0.83, "change": "new"},
            {"fsp_id": "FLXA", "event_id": "EV7", "change": "new"},
        )
    )
    assert rows["what"].to_list() == ["Heat pump, 83%", "FLXA, EV7"]
    assert rows["meter"].to_list() == ["…0009", "…0009"]


def test_change_stands_on_the_row_unless_every_row_has_the_same() -> None:
    rows = queue_rows(
        queue_of(
            {"asset_class": "BESS", "probability": 1.0, "change": "tier moved"},
            {"asset_class": "BESS", "probability": None, "change": ""},
        )
    )
    assert rows["what"].to_list() == ["● tier moved: Battery, over 99%", "Battery"]


def test_list_turns_to_the_page_of_the_flag_that_is_up() -> None:
    listed = RecordList("id", {"what": "What"}, label="Rows", empty="None.", page_size=5)
    listed.draw(pl.DataFrame({"id": [str(n) for n in range(12)], "what": ["x"] * 12}), "7")
    assert (listed.chosen, listed._table.page) == ("7", 2)
