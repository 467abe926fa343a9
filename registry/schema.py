"""Tables of the ledger, by migration.

A versioned entity keeps every version in ``<entity>_version`` and shows the current one of each
that is not retired in the view ``<entity>``. Triggers refuse UPDATE, DELETE and REPLACE, and a
version that does not follow the one before: see `registry.guards`.
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database, Migrations

from registry.errors import LedgerTooNew
from registry.guards import guard

APPLICATION_ID: Final = 0x464D4152
"""'FMAR' in the file's header: what tells a ledger from any other SQLite file."""

migrations = Migrations("fmar-ledger")

_BOOLEAN: Final = "INTEGER NOT NULL CHECK ({0} IN (0, 1))"
_RECORDED: Final = """
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT"""


def _versioned(entity: str, columns: str, indexes: tuple[str, ...] = ()) -> list[str]:
    table = f"{entity}_version"
    return [
        f"""CREATE TABLE {table} (
    {entity}_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    {columns},{_RECORDED},
    PRIMARY KEY ({entity}_id, version)
) STRICT""",
        f"""CREATE VIEW {entity} AS SELECT * FROM {table} AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM {table} AS later WHERE later.{entity}_id = held.{entity}_id)""",
        f"CREATE INDEX {table}_load ON {table} (load_id) WHERE load_id IS NOT NULL",
        *(f"CREATE INDEX {table}_{column} ON {table} ({column})" for column in indexes),
    ]


def _boolean(name: str) -> str:
    return f"{name} {_BOOLEAN.format(name)}"


@migrations()
def m001_register(db: Database) -> None:
    """Organisations, assets, asset meters, pairings, agreements, events and signals."""
    statements = [
        *_versioned(
            "organisation",
            "name TEXT NOT NULL, mpid TEXT, mpid_role TEXT, roles TEXT NOT NULL, email TEXT, "
            f"status TEXT NOT NULL, {_boolean('stub')}",
            ("mpid",),
        ),
        *_versioned(
            "asset",
            "name TEXT NOT NULL, asset_class TEXT NOT NULL, organisation_id TEXT, mpan TEXT, "
            "rated_import_kw REAL, rated_export_kw REAL, commissioned_on TEXT, "
            f"{_boolean('stub')}",
            ("mpan", "organisation_id"),
        ),
        *_versioned(
            "asset_meter",
            "import_amsid TEXT NOT NULL, export_amsid TEXT, import_mpan TEXT, export_mpan TEXT, "
            f"asset_id TEXT, {_boolean('stub')}",
            ("import_amsid", "export_amsid", "import_mpan", "asset_id"),
        ),
        *_versioned(
            "pairing",
            "import_mpan TEXT NOT NULL, export_mpan TEXT NOT NULL, valid_from TEXT NOT NULL, "
            "valid_to TEXT CHECK (valid_to IS NULL OR valid_to > valid_from)",
            ("import_mpan", "export_mpan"),
        ),
        *_versioned(
            "agreement",
            "fsp TEXT NOT NULL, mpan TEXT NOT NULL, amsid TEXT, market TEXT NOT NULL, "
            f"stack_rank INTEGER NOT NULL CHECK (stack_rank >= 1), {_boolean('exclusive')}, "
            "valid_from TEXT NOT NULL, "
            "valid_to TEXT CHECK (valid_to IS NULL OR valid_to > valid_from), "
            "primacy_type TEXT NOT NULL",
            ("mpan", "amsid", "fsp"),
        ),
        *_versioned(
            "event",
            "fsp_id TEXT NOT NULL, mpan TEXT NOT NULL, amsid TEXT, market TEXT, "
            "start_utc TEXT NOT NULL, end_utc TEXT NOT NULL, requested_kw REAL",
            ("mpan",),
        ),
        *_versioned(
            "signal",
            "kind TEXT NOT NULL, area TEXT, mpan TEXT, start_utc TEXT NOT NULL, "
            "end_utc TEXT NOT NULL",
        ),
        *_versioned(
            "connection",
            "mpan TEXT NOT NULL, weather_station TEXT, latitude REAL, longitude REAL, "
            'time_zone TEXT, premises TEXT, gsp_group TEXT, gsp TEXT, "primary" TEXT, '
            "feeder TEXT, zone TEXT, import_limit_kw REAL, export_limit_kw REAL, "
            "has_export_register INTEGER CHECK (has_export_register IN (0, 1))",
        ),
        f"""CREATE TABLE declared_version (
    event_id TEXT NOT NULL, mpan TEXT NOT NULL, amsid TEXT NOT NULL, fsp_id TEXT NOT NULL,
    ts_utc TEXT NOT NULL, version INTEGER NOT NULL CHECK (version >= 1),
    declared_kwh REAL NOT NULL, audit_seq INTEGER NOT NULL,{_RECORDED},
    PRIMARY KEY (event_id, mpan, amsid, fsp_id, ts_utc, version)
) STRICT, WITHOUT ROWID""",
        "CREATE INDEX declared_version_load ON declared_version (load_id) "
        "WHERE load_id IS NOT NULL",
        """CREATE VIEW declared AS SELECT * FROM declared_version AS held
    WHERE retired = 0 AND version = (SELECT max(version) FROM declared_version AS later
        WHERE later.event_id = held.event_id AND later.mpan = held.mpan
        AND later.amsid = held.amsid AND later.fsp_id = held.fsp_id
        AND later.ts_utc = held.ts_utc)""",
    ]
    _run(db, statements)


@migrations()
def m002_governance(db: Database) -> None:
    """Flags, disputes, settings, loads, and what the stores were committed with."""
    statements = [
        *_versioned(
            "flag",
            "key TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, mpan TEXT NOT NULL, "
            "asset_class TEXT, amsid TEXT, fsp_id TEXT, event_id TEXT, title TEXT NOT NULL, "
            "because TEXT NOT NULL, evidence TEXT NOT NULL, kw_at_stake REAL NOT NULL, "
            "doubt REAL NOT NULL, "
            "first_raised_at TEXT NOT NULL, first_raised_run TEXT NOT NULL, "
            "updated_run TEXT NOT NULL, "
            "change TEXT NOT NULL, previous_tier TEXT, outcome TEXT, reason_code TEXT, note TEXT, "
            "correction TEXT, decided_at TEXT, decided_by TEXT, decided_version INTEGER, "
            "snoozed_until TEXT, proposes_reopening TEXT",
            ("key", "mpan"),
        ),
        *_versioned(
            "dispute",
            "flag_id TEXT, event_id TEXT, mpan TEXT NOT NULL, parties TEXT NOT NULL, "
            "field TEXT NOT NULL, claim TEXT NOT NULL, bundle_sha256 TEXT NOT NULL, "
            "summary_sha256 TEXT NOT NULL, "
            "state TEXT NOT NULL, ruling TEXT, comment TEXT, opened_at TEXT NOT NULL, "
            "opened_by TEXT NOT NULL, decided_at TEXT, decided_by TEXT",
            ("mpan", "flag_id"),
        ),
        "CREATE TABLE dispute_bundle (summary_sha256 TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT",
        *_versioned("setting", "value TEXT NOT NULL, meaning TEXT NOT NULL"),
        *_versioned(
            "bulk_load",
            "entity TEXT NOT NULL, rows_read INTEGER NOT NULL, accepted INTEGER NOT NULL, "
            "rows_sha256 TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL",
        ),
        "CREATE TABLE ledger_commit (commit_id INTEGER PRIMARY KEY AUTOINCREMENT, "
        "kind TEXT NOT NULL, versions TEXT NOT NULL, detail TEXT NOT NULL, "
        "recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL) STRICT",
        "CREATE TABLE source (source_id TEXT PRIMARY KEY, file TEXT NOT NULL, "
        "sha256 TEXT NOT NULL, layout TEXT NOT NULL, mapping_sha256 TEXT NOT NULL, "
        "detail TEXT NOT NULL, recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL) STRICT",
        "CREATE INDEX source_seen ON source (sha256, layout, mapping_sha256)",
    ]
    _run(db, statements)


@migrations()
def m003_audit(db: Database) -> None:
    """The hash-chained audit of writes, and the log of reads of personal data apart from it."""
    statements = [
        "CREATE TABLE audit_entry (seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, "
        "actor TEXT NOT NULL, reason TEXT NOT NULL, action TEXT NOT NULL, entity TEXT NOT NULL, "
        "entity_id TEXT NOT NULL, version INTEGER, change TEXT NOT NULL, "
        "prev_hash TEXT NOT NULL, hash TEXT NOT NULL) STRICT",
        "CREATE INDEX audit_entry_entity ON audit_entry (entity, entity_id)",
        "CREATE TABLE access_entry (access_id INTEGER PRIMARY KEY AUTOINCREMENT, "
        "at TEXT NOT NULL, actor TEXT NOT NULL, purpose TEXT NOT NULL, what TEXT NOT NULL) STRICT",
    ]
    _run(db, statements)


@migrations()
def m004_meter_serials(db: Database) -> None:
    """Which meter stood at which meter point, from when to when."""
    statements = _versioned(
        "meter_serial",
        "meter_serial TEXT NOT NULL, mpan TEXT NOT NULL, valid_from TEXT NOT NULL, "
        "valid_to TEXT CHECK (valid_to IS NULL OR valid_to > valid_from)",
        ("meter_serial", "mpan"),
    )
    _run(db, statements)


@migrations()
def m005_layouts(db: Database) -> None:
    """What people answered for files of one layout."""
    _run(db, _versioned("layout", "fingerprints TEXT NOT NULL, answers TEXT NOT NULL"))


@migrations()
def m006_overrides(db: Database) -> None:
    """Values that providers submitted for their assets, and who was told of a flag and when."""
    statements = [
        *_versioned(
            "override",
            "fsp TEXT NOT NULL, mpan TEXT NOT NULL, amsid TEXT, asset_class TEXT NOT NULL, "
            "parameter TEXT NOT NULL, statistic TEXT NOT NULL, value REAL NOT NULL, "
            "given TEXT NOT NULL, because TEXT NOT NULL, submitted_on TEXT NOT NULL, "
            "expires_on TEXT NOT NULL CHECK (expires_on > submitted_on), review_on TEXT NOT NULL",
            ("mpan",),
        ),
        *_versioned(
            "notice",
            "flag_id TEXT NOT NULL, mpan TEXT NOT NULL, role TEXT NOT NULL, "
            "addressed_to TEXT NOT NULL, said TEXT NOT NULL, told_on TEXT NOT NULL, "
            "answer_by TEXT, closed_on TEXT",
            ("flag_id", "mpan"),
        ),
    ]
    _run(db, statements)


def migrate(db: Database) -> list[str]:
    """Bring the file to this program's schema and set every guard, in the caller's transaction.

    Returns
    -------
    list of str
        Names of the migrations that it took; empty where the file was up to date.

    Raises
    ------
    LedgerTooNew
        The file holds a migration that this program has never heard of.
    """
    known = {migration.name for migration in migrations._migrations}
    newer = sorted(done.name for done in migrations.applied(db) if done.name not in known)
    if newer:
        raise LedgerTooNew(
            f"The ledger holds {newer[0]}, which this program does not know: "
            "use the program version that wrote it, or a newer one."
        )
    taken = [migration.name for migration in migrations.pending(db)]
    if taken:
        migrations.apply(db)
        guard(db)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    return taken


def _run(db: Database, statements: list[str]) -> None:
    for statement in statements:
        db.execute(statement)
