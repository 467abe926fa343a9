"""The page of a bundle that people read and print: plain HTML with nothing outside itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from app.workflows.bundle import answer
from app.workflows.bundle.figures import LONDON
from app.workflows.claims import DeliveryEvidence

VERDICTS: Final = {
    "unsupported": "Unsupported by boundary data",
    "masked": "Masked by another load",
    "undecidable": "Too small to decide",
    "consistent": "Consistent with boundary data",
    "no_boundary_data": "No boundary data",
    "estimated_boundary": "Boundary data estimated",
}
CAUTION: Final = (
    "Unsupported by boundary data says only what the boundary meter can bear out. Whether it is a"
    " non-conformance is the market operator's call."
)
_LONG_NUMBER: Final = re.compile(r"\b\d{9}(?=\d{4}\b)")
"""Meter numbers in the sentences of the check; the page shows their last four digits."""
_STYLE: Final = """
body{font:15px/1.45 sans-serif;color:#1b1b1b;background:#fff;max-width:760px;margin:24px auto;
padding:0 16px}h1{font-size:24px}h2{font-size:19px;margin-top:32px}h3{font-size:16px}
table{border-collapse:collapse;width:100%;margin:8px 0}caption{text-align:left;font-weight:bold}
th,td{border:1px solid #bbb;padding:4px 8px;text-align:left;vertical-align:top}
td.n{text-align:right;white-space:nowrap}svg{width:100%;height:auto}code{font-size:13px;
overflow-wrap:anywhere}.quiet{color:#555}.verdict{border:1px solid #1b1b1b;padding:1px 6px}
@media print{body{margin:0;max-width:none;font-size:11pt}h2{break-before:page}
table,svg,figure{break-inside:avoid}h2:first-of-type{break-before:auto}}
"""


def report(
    about: Mapping[str, Any],
    events: Sequence[tuple[DeliveryEvidence, Sequence[str]]],
    decisions: Mapping[str, Any],
    evidence_sha256: str = "",
) -> str:
    """Write the whole page.

    Parameters
    ----------
    about
        The bundle's parameters, as its parameters.json holds them.
    events
        Each event's evidence with its figures (SVG text).
    evidence_sha256
        Of the bundle's evidence.json: what an answer given in the page refers to.
    """
    body = [_front(about), *(_event(evidence, figures) for evidence, figures in events)]
    if not events:
        body.append(
            "<p>No event is concerned: the frames under <code>results/</code> say what the"
            " boundary meter shows of this meter point.</p>"
        )
    else:
        parties = sorted({name for evidence, _ in events for name in evidence.event["fsp_ids"]})
        body.append(answer.section(evidence_sha256, parties))
    return _page("Evidence bundle", "".join([*body, _decisions(decisions), _made_of(about)]))


def cover(about: Mapping[str, Any], parties: Sequence[str]) -> str:
    """Page of a domestic bundle in the clear: no half-hour, figure or verdict of the home."""
    return _page(
        "Evidence bundle, encrypted",
        f"{_front(about)}<p>Concerned: {escape(' and '.join(parties) or 'nobody is named')}.</p>"
        "<p>The meter point is a home, or it is not known to be none. So its half-hours, the"
        " figures drawn from them, the verdicts and the decisions are encrypted under the key of"
        " this meter point (members that end in <code>.siv</code>). Once the workbench has"
        " destroyed that key, as it does to erase a home, no copy opens any more but where the key"
        " was handed out before.</p>"
        "<p>With the key: unpack the archive and run <code>python3 decrypt.py BUNDLE.zip KEY.json"
        " FOLDER</code>; then open <code>FOLDER/report.html</code>. The workbench hands the key out"
        " with <code>fmar export bundle ... --key-out KEY.json</code>, and logs it.</p>"
        "<p>Without the key: <code>python3 -I verify.py BUNDLE.zip</code> says whether every byte"
        f" is as it was frozen.</p>{_made_of(about)}",
    )


def masked(name: str | None) -> str:
    """Last four characters of an identifier."""
    return f"…{name[-4:]}" if name else "the whole site"


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>{body}"
        "</body></html>\n"
    )


def _front(about: Mapping[str, Any]) -> str:
    subject = about["subject"]
    return (
        f"<p>About {escape(subject['kind'])} <code>{escape(subject['id'])}</code> on meter point"
        f" {escape(subject['meter_point'])}. Readings received up to"
        f" {escape(_moment(about['received_at']))} are inside; none that came later.</p>"
        '<p class="quiet">Both sides read this same page.'
        " <code>python3 -I verify.py BUNDLE.zip</code> says whether it is as it was frozen.</p>"
    )


def _event(evidence: DeliveryEvidence, figures: Sequence[str]) -> str:
    event = evidence.event
    over_time = {(row["amsid"], row["fsp_id"]): row for row in evidence.cumulative.to_dicts()}
    claims = "".join(
        _claim(row, over_time.get((row["amsid"], row["fsp_id"])))
        for row in evidence.verdicts.to_dicts()
    )
    drawn = "".join(f"<figure>{figure}</figure>" for figure in figures)
    return (
        f"<h2>Event {escape(event['event_id'])}</h2><p>{_local(event['start_utc'])} to"
        f" {_local(event['end_utc'])}, UK time. {escape(' and '.join(event['fsp_ids']))} declared"
        f" {_figure(event['declared_kwh'])} kWh of turn-down in all.</p>{drawn}"
        f"{claims or '<p>The check has not run on this event.</p>'}"
        f'<p class="quiet">{CAUTION}</p>{_half_hours(evidence)}'
    )


def _claim(row: Mapping[str, Any], over_time: Mapping[str, Any] | None) -> str:
    fraction = [_share(row[f"delivered_fraction_{q}"]) for q in ("p50", "p05", "p95")]
    facts = {
        "Declared": f"{_figure(row['declared_kwh'])} kWh",
        "Boundary, net import": f"{_figure(row['boundary_kwh'])} kWh",
        "Expected without an event": f"{_figure(row['expected_kwh'])} kWh",
        "Share that the boundary bears out": (
            f"{fraction[0]} (between {fraction[1]} and {fraction[2]}, nine chances in ten)"
        ),
        "Chance of so large a shortfall on a day like it": _share(row["p_value"]),
        "Smallest shortfall it could have seen": f"{_figure(row['min_detectable_kwh'])} kWh",
    }
    told = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in facts.items())
    verdict = VERDICTS.get(row["verdict"], row["verdict"])
    return (
        f"<h3>{escape(row['fsp_id'])}, asset meter {escape(masked(row['amsid']))}, event"
        f' {escape(row["event_id"])}: <span class="verdict">{escape(verdict)}</span></h3>'
        f"<table>{told}</table><table><tr><th>What the figures say</th>"
        f"<th>The innocent reading</th></tr><tr><td>{_listing(row['reasons'])}</td>"
        f"<td>{_listing(row['innocent']) or 'None was found.'}</td></tr></table>"
        f"<p><b>What would settle it:</b> {escape(settles(over_time))}</p>"
    )


def settles(over_time: Mapping[str, Any] | None) -> str:
    """Say what would settle a claim, from the record of the same agreement over time."""
    if over_time is None or over_time["n_events"] is None:
        return "asset-meter readings for the event, or more events under the same agreement."
    so_far = (
        f"over {over_time['n_events']} events the chance of under-delivery is"
        f" {_share(over_time['probability_under_delivery'])}"
    )
    more = over_time["events_to_settle"]
    if more is None:
        return f"{so_far}; asset-meter readings would say more than further events of this size."
    if more <= 0:
        return f"{so_far}; no further event is needed."
    return f"{so_far}; about {more} more events of this size, or asset-meter readings."


def _half_hours(evidence: DeliveryEvidence) -> str:
    rows = evidence.series.filter("in_event").to_dicts() if evidence.series.height else []
    names = ("expected_kw", "lower_kw", "upper_kw", "boundary_kw")
    cells = "".join(
        f"<tr><td>{_local(row['ts_utc'])}</td>"
        + "".join(f'<td class="n">{_figure(row[name])}</td>' for name in names)
        + answer.cells(evidence.event["event_id"], row["ts_utc"].isoformat())
        + "</tr>"
        for row in rows
    )
    columns = ("Half-hour", "Expected", "Lower", "Upper", "Boundary", "Your answer", "Because")
    heads = "".join(f"<th>{name}</th>" for name in columns)
    if not cells:
        return "<p>No half-hourly boundary data.</p>"
    return (
        f"<table><caption>In the event, net import in kW</caption><tr>{heads}</tr>{cells}</table>"
    )


def _decisions(held: Mapping[str, Any]) -> str:
    rows = [
        (_moment(row["recorded_at"]), row["recorded_by"], kind, row["state"], _said(row))
        for kind, histories in (("flag", held["flags"]), ("dispute", held["disputes"]))
        for history in histories
        for row in history
    ]
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in sorted(rows)
    )
    heads = "".join(f"<th>{name}</th>" for name in ("When", "Who", "What", "State", "Said"))
    told = f"<table><tr>{heads}</tr>{cells}</table>" if cells else "<p>Nothing was decided.</p>"
    return f"<h2>What was found and decided, oldest first</h2>{told}"


def _said(row: Mapping[str, Any]) -> str:
    names = ("ruling", "comment", "note", "title", "claim")
    return next((str(row[name]) for name in names if row.get(name)), "")


def _made_of(about: Mapping[str, Any]) -> str:
    rows = {
        "Received up to": about["received_at"],
        "Program version": about["code"]["fmar"],
        "Presence model": about["model_version"] or "none was run",
        "Baseline": about["baseline"]["method"],
        "Settings of the check": ", ".join(f"{k} {v}" for k, v in about["settings"].items()),
    }
    told = "".join(
        f"<tr><th>{name}</th><td>{escape(str(value))}</td></tr>" for name, value in rows.items()
    )
    return (
        f"<h2>What it was made of</h2><table>{told}</table><p>The check runs again on the same"
        " inputs with <code>fmar verify --inputs FOLDER/inputs --out RESULTS</code>.</p>"
    )


def _listing(sentences: Sequence[str] | None) -> str:
    shown = (_LONG_NUMBER.sub("…", sentence) for sentence in sentences or ())
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in shown)
    return f"<ul>{items}</ul>" if items else ""


def _moment(text: str) -> str:
    """A moment of the ledger to the second, in UTC: it sorts as it reads."""
    return f"{text[:19].replace('T', ' ')} UTC"


def _local(moment: dt.datetime) -> str:
    return f"{moment.astimezone(LONDON):%d %b %Y %H:%M}"


def _figure(value: float | None) -> str:
    return "not known" if value is None else f"{value:,.2f}"


def _share(value: float | None) -> str:
    if value is None:
        return "not known"
    if 0 <= value < 0.001:
        return "under 0.1 %"
    return f"{100 * value:.{0 if abs(value) >= 0.1 else 1}f} %"
