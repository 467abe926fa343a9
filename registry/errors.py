"""Errors of the register, as a tree; each message says what, where, and what to do.

RegistryError
├── IdentifierInvalid   an MPAN, AMSID, MPID or GSP Group that cannot be one (with code and fix)
├── ActorUnknown        a write by nobody in particular
├── ReasonMissing       a write without a reason
├── RecordInvalid       a record whose fields cannot stand together
├── RecordUnknown       an id that no record has
├── RecordExists        an id or key that a record already has
├── RecordInUse         a record that others still rest on
├── StaleVersion        somebody changed the record first
├── AgreementClash      two agreements that cannot hold at once
├── RightsMissing       a provider without an agreement over the asset it speaks for
├── DecisionRefused     a decision that the record's state or the outcome does not allow
├── UnknownEntity       a load of something the ledger does not hold
├── UnreadableSheet     a file that is no table of rows
├── LedgerUnavailable   the file is missing, locked, or no ledger
├── LedgerFull          the disk that holds the file has no room left
├── LedgerTooNew        the file was written by a newer program
└── LedgerUnguarded     the file lost a guard that keeps it append-only
"""

from __future__ import annotations


class RegistryError(Exception):
    """Base of every error that this package raises on purpose."""


class IdentifierInvalid(RegistryError, ValueError):
    """The text cannot be the identifier it stands for.

    Parameters
    ----------
    code
        Stable snake-case name of the fault, for counting.
    message
        One sentence: what is wrong.
    fix
        One sentence: what to do.
    """

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.code, self.message, self.fix = code, message, fix


class ActorUnknown(RegistryError):
    """A write needs the name of a person or a service that answers for it."""


class ReasonMissing(RegistryError):
    """A write needs a reason that will stand in the audit trail."""


class RecordInvalid(RegistryError):
    """The fields of the record cannot stand together."""


class RecordUnknown(RegistryError):
    """No record has this id."""


class RecordExists(RegistryError):
    """A record with this id or key is there already."""


class RecordInUse(RegistryError):
    """Other records rest on this one; the message names them."""


class StaleVersion(RegistryError):
    """Somebody changed the record since it was read.

    Parameters
    ----------
    held
        The version that the caller read.
    latest
        The version that the ledger holds now.
    """

    def __init__(self, entity: str, entity_id: str, held: int, latest: int, by: str) -> None:
        super().__init__(
            f"{entity} {entity_id} is at version {latest}, written by {by}, not at {held}: "
            "read it again and decide on what it says now."
        )
        self.held, self.latest = held, latest


class AgreementClash(RegistryError):
    """Two agreements cannot hold over the same asset on the same days.

    Parameters
    ----------
    code
        ``exclusive_overlap``, ``same_rank`` or ``other_provider_exclusive``.
    clashes_with
        Id of the agreement that is in the way.
    """

    def __init__(self, code: str, message: str, clashes_with: str) -> None:
        super().__init__(message)
        self.code, self.clashes_with = code, clashes_with


class RightsMissing(RegistryError):
    """The provider holds no agreement over the asset that it speaks for."""


class DecisionRefused(RegistryError):
    """The state of the record, or the outcome given, does not allow this decision."""


class UnknownEntity(RegistryError):
    """The ledger holds nothing of this name."""


class UnreadableSheet(RegistryError):
    """The file is no table of rows under one header."""


class LedgerUnavailable(RegistryError):
    """The ledger's file is missing, locked by another process, or no ledger at all."""


class LedgerFull(RegistryError):
    """The disk that holds the ledger has no room left, not even for what reading takes."""


class LedgerTooNew(RegistryError):
    """A newer program wrote this ledger; this one must not touch it."""


class LedgerUnguarded(RegistryError):
    """The file lost a trigger that keeps its records append-only."""
