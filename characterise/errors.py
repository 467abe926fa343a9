"""What can stop the engine.

CharacteriseError
├── UnreadableExtract      a file that is no meter extract, or cannot be opened
├── AmbiguousExtract       a file that needs an answer before it can be read
├── InvalidFrame           an input frame lacks a column or holds the wrong type
├── UnknownMethod          a baseline or layout name that does not exist
└── StoreUnavailable       a store is missing, newer than this program, or being written

Findings about the data itself are never exceptions: see `characterise.finding`.
"""

from __future__ import annotations


class CharacteriseError(Exception):
    """Base of every error that this package raises on purpose."""


class UnreadableExtract(CharacteriseError):
    """The file is no meter extract, or cannot be opened at all."""


class AmbiguousExtract(CharacteriseError):
    """The file could mean more than one thing and says nothing that decides."""


class InvalidFrame(CharacteriseError):
    """An input frame lacks a column that the contract asks for, or holds the wrong type."""


class UnknownMethod(CharacteriseError):
    """No baseline, layout or detector goes by this name."""


class StoreUnavailable(CharacteriseError):
    """A store is missing, newer than this program, or being written by someone else."""
