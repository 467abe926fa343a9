"""What a run in a workspace ends with: its findings beside the register, as flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.outcome import say

if TYPE_CHECKING:
    from app.workspace import Workspace


def raise_flags(workspace: Workspace, actor: str, reason: str) -> None:
    """Compare the results with the register and tell how many flags came of it."""
    from app.workflows.reconcile import reconcile

    done = reconcile(workspace, actor=actor, reason=reason)
    counts = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in done.by_kind.items() if n)
    cleared = f"; {done.cleared} cleared" if done.cleared else ""
    say(f"Flags: {counts or 'none'}{cleared}. See them: fmar serve --workspace {workspace.root}")
