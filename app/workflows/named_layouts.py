"""Answers that are given once for a layout: remembered under a name, used for every later file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.workspace import Workspace
from characterise.errors import AmbiguousExtract
from characterise.extracts import Mapping
from registry import layouts


def remember(
    workspace: Workspace,
    name: str,
    fingerprints: Iterable[tuple[str, ...]],
    mapping: Mapping,
    *,
    actor: str,
    reason: str,
) -> int:
    """Keep what a mapping says about form under a name; its version comes back.

    Parameters
    ----------
    fingerprints
        Of each file that the answers were given for.

    Raises
    ------
    AmbiguousExtract
        The files are of several layouts, of none that can be recognised, or nothing was answered.
    """
    distinct = {one for one in fingerprints if one}
    answers = mapping.of_the_layout
    if not answers:
        raise AmbiguousExtract(
            f"Nothing about a layout is answered, so {name!r} has nothing to remember; "
            'answer in --map, such as {"unit": "kWh"}.'
        )
    if len(distinct) != 1:
        found = f"of {len(distinct)} layouts" if distinct else "of no layout with a header"
        raise AmbiguousExtract(
            f"The files are {found}, so their answers cannot be remembered as {name!r}; "
            "name files of one layout."
        )
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        return layouts.remember(tx, name, list(distinct.pop()), answers)


def forget(workspace: Workspace, name: str, *, actor: str, reason: str) -> None:
    """Stop recognising a layout.

    Raises
    ------
    RecordUnknown
        No layout goes by that name.
    """
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        layouts.forget(tx, name)


def named(workspace: Workspace) -> list[dict[str, Any]]:
    """Every named layout with its answers, author and date."""
    with workspace.ledger.read() as db:
        return layouts.current(db)
