"""The party's answer, half-hour by half-hour: given in the bundle's page, read back from it."""

from __future__ import annotations

import json
from html import escape
from html.parser import HTMLParser
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.workspace_errors import WorkspaceError

_PLACE: Final = "answer"
_LONGEST: Final = 500
"""Characters of one reason."""
SCRIPT: Final = """
document.getElementById('save').addEventListener('click', () => {
  const held = document.getElementById('answer');
  const said = JSON.parse(held.textContent);
  said.by = document.getElementById('by').value;
  said.half_hours = [...document.querySelectorAll('select[data-ts]')].filter(s => s.value).map(
    s => ({event_id: s.dataset.event, ts_utc: s.dataset.ts, answer: s.value,
      because: s.closest('tr').querySelector('input').value}));
  held.textContent = JSON.stringify(said).replaceAll('<', '\\\\u003c');
  document.querySelectorAll('input').forEach(i => i.setAttribute('value', i.value));
  document.querySelectorAll('option').forEach(o => o.toggleAttribute('selected', o.selected));
  const page = '<!doctype html>' + document.documentElement.outerHTML;
  const saved = document.createElement('a');
  saved.href = URL.createObjectURL(new Blob([page], {type: 'text/html'}));
  saved.download = 'answer.html';
  saved.click();
});
"""


class AnswerUnreadable(WorkspaceError):
    """The file is no page of a bundle with an answer in it."""


class HalfHour(BaseModel):
    """What the party says of one half-hour."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_id: str
    ts_utc: str
    """Start of the half-hour, ISO 8601, UTC."""
    answer: Literal["accept", "contest"]
    because: str = Field(default="", max_length=_LONGEST)


class Answer(BaseModel):
    """One party's answer to one bundle."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    evidence_sha256: str
    """SHA-256 of the bundle's evidence.json, decrypted where it is a home's."""
    by: str
    """The party that answers."""
    half_hours: tuple[HalfHour, ...] = Field(min_length=1)

    def sentence(self) -> str:
        """Write the whole answer as one text."""
        accepted = [row for row in self.half_hours if row.answer == "accept"]
        contested = [row for row in self.half_hours if row.answer == "contest"]
        parts = [f"{self.by} accepts {len(accepted)} and contests {len(contested)} half-hours."]
        for row in self.half_hours:
            because = f" because {row.because.strip()}" if row.because.strip() else ""
            if row.answer == "contest" or because:
                parts.append(f"{row.ts_utc} of {row.event_id}: {row.answer}{because}.")
        return " ".join(parts)


def cells(event_id: str, ts_utc: str) -> str:
    """Two table cells in which a half-hour is accepted or contested."""
    options = "".join(
        f'<option value="{value}">{word}</option>'
        for value, word in (("", "no answer"), ("accept", "accept"), ("contest", "contest"))
    )
    return (
        f'<td><select data-event="{escape(event_id, quote=True)}" data-ts="{escape(ts_utc)}"'
        f' aria-label="Answer for {escape(ts_utc)}">{options}</select></td>'
        f'<td><input maxlength="{_LONGEST}" aria-label="Because, for {escape(ts_utc)}"></td>'
    )


def section(evidence_sha256: str, parties: list[str]) -> str:
    """Write the place where the answer is signed and saved."""
    blank = {"evidence_sha256": evidence_sha256, "by": "", "half_hours": []}
    held = json.dumps(blank).replace("<", "\\u003c")
    names = "".join(f"<option>{escape(name)}</option>" for name in parties)
    return (
        "<h2>Your answer</h2><p>Accept or contest half-hours in the tables above, each with a"
        " reason. Then save this page and send the saved file back.</p>"
        f'<p><label>Party <select id="by">{names}</select></label>'
        ' <button id="save" type="button">Save this page with my answer</button></p>'
        f'<script type="application/json" id="{_PLACE}">{held}</script>'
        f"<script>{SCRIPT}</script>"
    )


def read(page: str) -> Answer:
    """Take the answer out of a saved page.

    Raises
    ------
    AnswerUnreadable
        There is none, or none of its half-hours is answered.
    """
    finder = _Finder()
    finder.feed(page)
    if not finder.text:
        raise AnswerUnreadable("the file is no page of an evidence bundle: send the saved page.")
    try:
        held: dict[str, Any] = json.loads(finder.text)
        if isinstance(held, dict) and held.get("half_hours") == []:
            raise AnswerUnreadable("the page answers no half-hour: accept or contest one first.")
        return Answer.model_validate(held)
    except (ValueError, ValidationError) as error:
        raise AnswerUnreadable(
            "the answer in the page cannot be read: save the page again from the bundle's own."
        ) from error


class _Finder(HTMLParser):
    """Text of the one script element that holds the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notice where the answer begins."""
        self._inside = tag == "script" and ("id", _PLACE) in attrs

    def handle_endtag(self, tag: str) -> None:
        """Notice where it ends."""
        self._inside = False

    def handle_data(self, data: str) -> None:
        """Keep what is between."""
        if self._inside:
            self.text += data
