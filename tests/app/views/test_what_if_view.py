"""The what-if panel: what it asks, what it says, and that it waits until it is opened."""

import datetime as dt
from dataclasses import dataclass, field

import polars as pl
import pytest

from app.session import Place
from app.views.what_if import CLOSE, OPEN, WhatIf
from app.workflows import what_if as workflow
from app.workflows.what_if import Outcome
from characterise import frames

MPAN = "1200000000009"


@dataclass
class Stub:
    """Stands for a bench: sizes by class and what the last run saw."""

    attributed_kw: dict = field(default_factory=lambda: {"BESS": None})
    asked: list = field(default_factory=list)

    def largest_kw(self, asset_class: str) -> float:
        return {"EV_CHARGER": 22.0}.get(asset_class, 347.3)


def found(probability: float) -> pl.DataFrame:
    rows = [
        (MPAN, name, probability, 0.1, 0.95, "medium", "sufficient", [], ["a <reason>"], 1.0, *no)
        for name, no in (("EV_CHARGER", (None, None)), ("BESS", (None, None)))
    ]
    return pl.DataFrame(rows, schema=frames.DETECTIONS, orient="row")


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, year: pl.DataFrame) -> Stub:
    held = Stub()

    def judged(bench: Stub, name: str, kw: float, *, without: bool = False) -> Outcome:
        bench.asked.append((name, kw, without))
        trace = year.select("ts_utc", "local_date", "local_slot", "net_kw").with_columns(
            what_if_kw=pl.col("net_kw") + kw
        )
        notes = ("It <cannot> be seen.",) if name == "BESS" else ()
        return Outcome(found(0.2), found(0.8 if kw else 0.2), trace, notes)

    monkeypatch.setattr(workflow, "what_if", judged)
    return held


@pytest.fixture
def panel(stub: Stub) -> WhatIf:
    view = WhatIf(Place(day=dt.date(2026, 1, 4)))
    view.draw(lambda: stub)
    return view


def test_nothing_is_laid_out_until_the_panel_is_opened(stub: Stub) -> None:
    calls: list[int] = []
    view = WhatIf(Place())
    view.draw(lambda: calls.append(1) or stub)
    assert (calls, view._panel.visible, view._toggle.label) == ([], False, OPEN)
    view.open(True)
    assert (calls, view._panel.visible, view._toggle.label) == ([1], True, CLOSE)
    view.open(False)
    view.open(True)
    assert calls == [1]


def test_it_says_that_nothing_is_stored(panel: WhatIf) -> None:
    assert "nothing of it is stored" in panel._panel[0].object


def test_slider_moves_chance_tier_and_reasons(panel: WhatIf, stub: Stub) -> None:
    panel.open(True)
    assert "nothing changed yet" in panel._told.object
    panel.put(7.0)
    assert stub.asked[-1] == ("EV_CHARGER", 7.0, False)
    assert "EV charger of 7 kW added" in panel._told.object
    assert "20% (between" in panel._told.object
    assert "80% (between" in panel._told.object
    assert "a &lt;reason&gt;" in panel._why.object


def test_another_class_starts_from_nothing_and_its_own_largest_size(panel: WhatIf) -> None:
    panel.open(True)
    panel.put(7.0)
    panel._class.value = "BESS"
    assert panel._size.value == 0.0
    assert panel._size.end == 350.0
    assert "It &lt;cannot&gt; be seen." in panel._told.object


def test_only_what_was_seen_can_be_taken_out(panel: WhatIf, stub: Stub) -> None:
    panel.open(True)
    assert panel._without.disabled
    panel._class.value = "BESS"
    assert not panel._without.disabled
    panel._without.value = True
    assert stub.asked[-1] == ("BESS", 0.0, True)
    assert "what the meter shows of Battery taken out" in panel._told.object
    panel._class.value = "EV_CHARGER"
    assert panel._without.disabled
    assert stub.asked[-1] == ("EV_CHARGER", 0.0, False)


def test_plot_follows_the_day_and_the_span(panel: WhatIf) -> None:
    panel.open(True)
    panel.put(2.0)

    def width() -> int:
        drawn = panel._draw_days(panel.judged, panel._span.value, panel._place.day)
        return len(next(layer for layer in drawn if layer.label == "As read"))

    assert width() == 96
    panel._span.value = "Week"
    assert width() == 7 * 96
    panel._place.day = dt.date(2026, 1, 1)
    assert width() == 4 * 96


def test_meter_without_readings_is_said_in_words() -> None:
    view = WhatIf(Place())
    view.draw(lambda: None)
    view.open(True)
    assert "No half-hours" in view._told.object


def test_what_cannot_be_laid_out_is_said_and_not_raised() -> None:
    def broken() -> None:
        raise ValueError("no presence model; run `make train`")

    view = WhatIf(Place())
    view.draw(broken)
    view.open(True)
    assert view.notice.said == "no presence model; run `make train`"


def test_day_without_a_change_names_the_day_that_changes_most_and_goes_there(
    panel: WhatIf, monkeypatch: pytest.MonkeyPatch, year: pl.DataFrame
) -> None:
    runs = pl.when(pl.col("local_date") == dt.date(2026, 1, 8)).then(7.0).otherwise(0.0)
    trace = year.with_columns(what_if_kw=pl.col("net_kw") + runs)
    monkeypatch.setattr(
        workflow, "what_if", lambda *_, without: Outcome(found(0.2), found(0.8), trace, ())
    )
    panel.open(True)
    panel.put(7.0)
    assert panel._elsewhere.visible
    assert "08 Jan 2026" in panel._quiet.object
    panel._go.clicks += 1
    assert panel._place.day == dt.date(2026, 1, 8)
    assert not panel._elsewhere.visible


def test_nothing_changed_anywhere_points_to_no_day(panel: WhatIf) -> None:
    panel.open(True)
    assert not panel._elsewhere.visible
    panel.put(7.0)  # the stub changes every day
    assert not panel._elsewhere.visible
