"""Quarantined rows read once more, with the answers that a person has given since."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from characterise.extracts.assembly import CANONICAL, assemble
from characterise.extracts.mapping import Mapping
from characterise.extracts.named_layouts import NO_LAYOUTS, LayoutBook
from characterise.extracts.quarantine import QUARANTINED, cells_of, facts_of, quarantined


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of quarantined rows: accepted half-hours and what is still open."""

    accepted: pl.DataFrame
    quarantined: pl.DataFrame


def replay_rows(rows: pl.DataFrame, mapping: Mapping, known: LayoutBook = NO_LAYOUTS) -> Replayed:
    """Read quarantined rows of one file again.

    Parameters
    ----------
    rows
        `QUARANTINED` columns, all of one file.
    mapping
        The answers for that file.
    known
        Layouts that somebody has answered for; their answers stand behind those of ``mapping``.
    """
    accepted = [CANONICAL.to_frame()]
    still = [QUARANTINED.to_frame()]
    for (sheet, context), group in rows.group_by("sheet", "context", maintain_order=True):
        facts = facts_of(str(context))
        layout = known.recognised(facts.fingerprint)
        answers = mapping if layout is None else mapping.over(layout.answers)
        done = assemble(cells_of(group["raw"].to_list()), replace(facts), answers)
        accepted.append(done.accepted)
        still.append(quarantined(done.rejected, done.facts, str(sheet)))
    return Replayed(pl.concat(accepted), pl.concat(still))
