"""The evidence bundle: one zip that both sides read, and that anybody can check without us."""

from __future__ import annotations

from app.workflows.bundle.contents import Bundle, build
from app.workflows.bundle.subject import Subject, of_dispute, of_event, of_flag

__all__ = ["Bundle", "Subject", "build", "of_dispute", "of_event", "of_flag"]
