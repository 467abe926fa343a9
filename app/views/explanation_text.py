"""Sentences and tables beside the charts of `app.views.explanation`."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from app.plots import parties
from app.plots.every_baseline import METHOD_LABELS
from app.views import markup, wording

if TYPE_CHECKING:
    from characterise.delivery.explain import Explanation

EVEN: Final = 0.5
"""Chance from which under-delivery is likelier than not."""


def main_trial(check: Explanation) -> dict[str, Any]:
    """Comparison that the histogram shows: the sum of all parties, else the largest claim."""
    return check.trials.sort("together", "declared_kwh", descending=True).row(0, named=True)


_TRIALS: Final[markup.Columns] = {
    "who": ("Compared with the boundary", None),
    "declared_kwh": ("Declared kWh", None),
    "fallen_kwh": ("Fallen kWh", None),
    "shortfall_kwh": ("Shortfall kWh", None),
    "critical_kwh": ("Critical kWh", None),
    "min_detectable_kwh": ("Minimum detectable kWh", None),
    "p_value": ("Chance of so large a shortfall", wording.share),
    "n_windows": ("Days compared", None),
}
_FRACTIONS: Final[markup.Columns] = {
    "who": ("Provider", None),
    "event": ("This event", None),
    "record": ("All events", None),
    "probability_under": ("Chance of under-delivery, all events", wording.chance),
    "collinearity": ("Dispatched like another (1 = always)", None),
}


def chance_html(check: Explanation) -> str:
    """Tables behind the histogram and the posterior, and who is meant where nothing tells."""
    if check.trials.is_empty():
        return "<p>The event could not be compared with other days: no chance is stated.</p>"
    among = check.trials.with_columns(
        pl.struct("together", "fsp_id", "amsid")
        .map_elements(_who, return_dtype=pl.String)
        .alias("who")
    )
    alone = any(among["together"])
    note = (
        '<p class="quiet">The histogram is of the sum: one boundary bears out no more than its own'
        " fall. A claim by itself is credited with all that the boundary fell.</p>"
        if alone
        else ""
    )
    small = main_trial(check)
    few = (
        f"<p>Only {small['n_windows']} days without an event match, too few for a critical value:"
        " nothing is said about chance.</p>"
        if small["critical_kwh"] is None
        else ""
    )
    return (
        f"<h3>{escape(sentence_of(small))}</h3>{few}"
        + markup.table(among, _TRIALS, "This event beside days without one", empty="")
        + note
        + at_least_one(check.parties)
        + markup.table(
            _fractions(check.parties), _FRACTIONS, "Delivered fraction, 90 % interval", empty=""
        )
    )


def sentence_of(trial: dict[str, Any]) -> str:
    """Say the shortfall beside what chance does and what could be seen."""
    short, critical = trial["shortfall_kwh"], trial["critical_kwh"]
    visible = wording.figure(trial["min_detectable_kwh"], 1)
    if critical is None:
        return f"Shortfall {wording.figure(short, 1)} kWh; too few like days to weigh it."
    beyond = "more" if short > critical else "no more"
    return (
        f"Shortfall {wording.figure(short, 1)} kWh, {beyond} than chance explains"
        f" ({wording.figure(critical, 1)} kWh); the smallest it could have seen is {visible} kWh."
    )


def at_least_one(claims: pl.DataFrame) -> str:
    """Name the parties of a joint shortfall that nothing tells apart, with the split."""
    joint = claims.filter(pl.col("ground") == "one_of_several")
    if joint.height < 2:
        return ""
    names = [parties.label(party) for party in parties.parties_of(joint)]
    split = "; ".join(
        f"{parties.label((row['amsid'], row['fsp_id']))} {wording.chance(row['probability_under'])}"
        for row in joint.iter_rows(named=True)
    )
    alike = wording.figure(joint["collinearity"].max(), 2)
    return (
        f'<p class="banner"><b>At least one of {escape(", ".join(names))} fell short</b>; this'
        " event does not tell which. Chance of under-delivery over all events:"
        f" {escape(split)}. Their declarations are alike to {alike} (1: always dispatched together,"
        " nothing can tell them apart). An event in which one of them is dispatched alone would"
        " settle it soonest.</p>"
    )


def _who(row: dict[str, Any]) -> str:
    return "All together" if row["together"] else parties.label((row["amsid"], row["fsp_id"]))


def _fractions(claims: pl.DataFrame) -> pl.DataFrame:
    rows = [
        {
            "who": parties.label((row["amsid"], row["fsp_id"])),
            "event": _between(row["fraction"], row["fraction_sd"]),
            "record": _between(row["record_fraction"], row["record_sd"]),
            "probability_under": row["probability_under"],
            "collinearity": row["collinearity"] or None,
        }
        for row in claims.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema_overrides={"collinearity": pl.Float64})


def _between(mean: float | None, sd: float | None) -> str:
    if mean is None or sd is None:
        return wording.NOTHING
    return (
        f"{wording.share(mean)} ({wording.share(mean - 1.645 * sd)}"
        f" to {wording.share(mean + 1.645 * sd)})"
    )


_RUNNING: Final[markup.Columns] = {
    "who": ("Provider", None),
    "event_id": ("Event", None),
    "ts_utc": ("Start", wording.moment),
    "n_events": ("Events so far", None),
    "e_value": ("E-value", lambda value: f"{value:,.3g}"),
    "delivered_fraction_p05": ("Fraction, low", wording.share),
    "delivered_fraction_p50": ("Fraction", wording.share),
    "delivered_fraction_p95": ("Fraction, high", wording.share),
}


def record_html(check: Explanation, here: list[str]) -> str:
    """Say where each party's record stands, and list it event by event."""
    running = check.running
    if running.is_empty():
        return "<p>No event of these providers here could be weighed yet.</p>"
    said = []
    for party in parties.parties_of(running):
        rows = parties.rows_of(running, party).sort("n_events")
        past = rows.filter(pl.col("e_value") >= check.call_at_e)
        reached = (
            f"passed the bar of {check.call_at_e:g} after {past['n_events'][0]} of {rows.height}"
            if past.height
            else f"under the bar of {check.call_at_e:g} in all {rows.height}"
        )
        events = "event" if rows.height == 1 else "events"
        said.append(f"{parties.label(party)}: {reached} {events}.{_not_called(check, party)}")
    listed = running.with_columns(
        pl.struct("fsp_id", "amsid")
        .map_elements(
            lambda row: parties.label((row["amsid"], row["fsp_id"])), return_dtype=pl.String
        )
        .alias("who"),
        pl.when(pl.col("event_id").is_in(here))
        .then(pl.col("event_id") + " (shown here)")
        .otherwise("event_id")
        .alias("event_id"),
    )
    return (
        "<h3>The record over events</h3>"
        + markup.listing(said)
        + '<p class="quiet">An honest provider passes the bar, looked at as often as one likes, at'
        f" most {1 / check.call_at_e:.0%} of the time. A series is called where it is past the bar"
        " and under-delivery is likelier than not. Drawn between a millionth and a hundred"
        " million.</p>"
        + markup.folded(
            "The record event by event, as a table",
            markup.table(listed, _RUNNING, "The record event by event", empty=""),
        )
    )


def _not_called(check: Explanation, party: parties.Party) -> str:
    """Say why a series past the bar is not called, where it is not."""
    mine = parties.rows_of(check.parties, party)["probability_under"].drop_nulls()
    ends = parties.rows_of(check.running, party).sort("n_events")["e_value"][-1]
    if ends < check.call_at_e or mine.is_empty() or mine[0] >= EVEN:
        return ""
    return (
        f" It is not called: the chance of under-delivery is {wording.chance(mine[0])}. The two"
        " readings of the record differ, so look at its events one by one."
    )


_METHODS: Final[markup.Columns] = {
    "method": ("Baseline", lambda code: METHOD_LABELS.get(code, str(code))),
    "who": ("Provider", None),
    "verdict": ("It would say", lambda code: wording.VERDICTS.get(code, str(code))),
    "expected_kwh": ("Expected kWh", None),
    "boundary_kwh": ("Boundary kWh", None),
    "fallen_kwh": ("Fall kWh", None),
    "min_detectable_kwh": ("Minimum detectable kWh", None),
    "served": ("Half-hours it served in the check", None),
}


def methods_html(figures: pl.DataFrame) -> str:
    """Say whether the verdict hangs on the baseline, with the figures of each."""
    if figures.is_empty():
        return ""
    said = []
    for (amsid, fsp), rows in figures.group_by("amsid", "fsp_id", maintain_order=True):
        name = parties.label((amsid, fsp))
        verdicts = rows["verdict"].unique(maintain_order=True).to_list()
        if len(verdicts) == 1:
            word = wording.VERDICTS.get(verdicts[0], verdicts[0])
            said.append(f"{name}: the same under every baseline ({word.lower()}).")
            continue
        by_verdict = "; ".join(
            f"{wording.VERDICTS.get(verdict, verdict).lower()} under "
            + ", ".join(
                METHOD_LABELS.get(code, code)
                for code in rows.filter(pl.col("verdict") == verdict)["method"]
            )
            for verdict in verdicts
        )
        said.append(f"{name}: it hangs on the baseline: {by_verdict}.")
    listed = figures.with_columns(
        pl.struct("fsp_id", "amsid")
        .map_elements(
            lambda row: parties.label((row["amsid"], row["fsp_id"])), return_dtype=pl.String
        )
        .alias("who")
    )
    return (
        "<h3>Under every baseline</h3>"
        + markup.listing(said)
        + markup.table(listed, _METHODS, "The same event under every baseline", empty="")
    )
