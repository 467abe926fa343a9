"""What a flag says: the finding, the arithmetic of its place in the queue, and its lamps."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final

from app.session import link
from app.views import markup, wording
from app.views.detections import limits_html, tier_lamp

_CHANGES: Final = {
    "new": "New since the last run",
    "tier moved": "Confidence moved since the last run",
    "evidence changed": "Evidence changed since the last run",
}


def flag_html(flag: dict[str, Any] | None) -> str:
    """Write the finding under review; a sentence where there is none."""
    if flag is None:
        return "<p>No flag is chosen.</p>"
    kind = wording.KINDS.get(flag["kind"], flag["kind"])
    lamps = [markup.lamp(kind, "hollow")]
    if flag.get("tier"):
        lamps.append(markup.Html(tier_lamp(flag["tier"], "sufficient")))
    if flag["state"] != "open":
        lamps.append(markup.lamp(wording.STATES.get(flag["state"], flag["state"]), "hollow"))
    if change := _CHANGES.get(flag.get("change") or ""):
        lamps.append(markup.lamp(change, "hollow"))
    place = wording.worth(flag["kw_at_stake"], flag["doubt"])
    return (
        f"<h1>{escape(flag['title'])}</h1><p class='wide'>{' '.join(lamps)}"
        f" &ensp; {_links(flag)}</p>"
        f"<p>{escape(flag['because'])}</p>"
        f"{_evidence(flag)}"
        f'<p class="sum"><b>Why it is here:</b> {escape(place)}</p>'
        f"{_decided(flag)}"
    )


def _evidence(flag: dict[str, Any]) -> str:
    """Write what the figures say where the decision is taken; a claim names its events."""
    held = flag.get("evidence") or {}
    if flag.get("event_id"):
        events = [
            markup.anchor(link("delivery", event=event), str(event))
            for event in held.get("events_short") or []
        ]
        return f"<p><b>Events that fell short:</b> {', '.join(events)}</p>" if events else ""
    said = markup.listing(held.get("reasons") or [])
    return (
        f"<p><b>What the figures say:</b></p>{said}{limits_html(held.get('findings') or [])}"
        if said
        else ""
    )


def _decided(flag: dict[str, Any]) -> str:
    said = ""
    if flag.get("outcome"):
        note = f": {flag['note']}" if flag.get("note") else ""
        correction = (
            f" Corrected to {_corrected(flag['correction'])}." if flag.get("correction") else ""
        )
        said = (
            f"<p>{escape(str(flag['decided_by']))} {escape(flag['outcome'])} it on"
            f" {escape(wording.moment(flag['decided_at']))}{escape(note)}.{escape(correction)}</p>"
        )
    if flag.get("proposes_reopening"):
        said += (
            f'<p class="banner">A later run proposes a second look:'
            f" {escape(str(flag['proposes_reopening']))}. The decision stands.</p>"
        )
    return said


def _corrected(correction: object) -> str:
    held = json.loads(correction) if isinstance(correction, str) else correction
    if not isinstance(held, dict):
        return str(held)
    words = {"asset_class": "class", "rated_kw": "kW"}
    return ", ".join(
        f"{words.get(name, name)} {wording.asset_class(value) if name == 'asset_class' else value}"
        for name, value in held.items()
    )


def _links(flag: dict[str, Any]) -> str:
    links = [markup.anchor(link("meter", mpan=flag["mpan"]), "Open the meter point")]
    if flag.get("event_id"):
        links.append(markup.anchor(link("delivery", event=flag["event_id"]), "Open the event"))
    return " · ".join(links)
