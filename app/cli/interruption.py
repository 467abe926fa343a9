"""Ctrl-C and SIGTERM: the first asks a command to stop after a whole step, the second at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_WORDS: Final = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class Interruption:
    """Whether somebody asked for a stop, and how."""

    def __init__(self) -> None:
        self._number: signal.Signals | None = None

    def asked(self) -> bool:
        """Whether a stop was asked for."""
        return self._number is not None

    @property
    def word(self) -> str:
        """What asked for it, as a person names it."""
        return _WORDS[self._number or signal.SIGINT]

    @property
    def status(self) -> int:
        """Exit status of a command that was stopped: 128 and the signal's number."""
        return 128 + int(self._number or signal.SIGINT)

    def heard(self, number: int, _frame: FrameType | None) -> None:
        """Take note of the first signal; the second does not wait for the step."""
        if self.asked():
            raise KeyboardInterrupt
        self._number = signal.Signals(number)


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Hear Ctrl-C and SIGTERM for as long as the block runs."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption  # only the main thread may say what a signal does
        return
    before = {number: signal.signal(number, interruption.heard) for number in _WORDS}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
