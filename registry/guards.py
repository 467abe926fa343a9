"""The triggers that keep what was recorded as it was.

They refuse UPDATE, DELETE and REPLACE, and a version that does not follow the one before.
``table.transform()`` drops triggers silently, so the guards are set again after every migration and
`unguarded` names those that a file lacks.
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

VERSIONED: Final = (
    "organisation",
    "asset",
    "asset_meter",
    "pairing",
    "agreement",
    "event",
    "signal",
    "connection",
    "flag",
    "dispute",
    "setting",
    "bulk_load",
    "meter_serial",
    "layout",
    "override",
    "notice",
)
APPEND_ONLY: Final = (
    *(f"{entity}_version" for entity in VERSIONED),
    "declared_version",
    "audit_entry",
    "access_entry",
    "ledger_commit",
    "source",
    "dispute_bundle",
)


def guard(db: Database) -> None:
    """Set every trigger that keeps the tables append-only, where it is missing."""
    for name, statement in guards().items():
        db.execute(statement.replace("CREATE TRIGGER", f"CREATE TRIGGER IF NOT EXISTS {name}", 1))


def unguarded(db: Database) -> list[str]:
    """Names of the guards that the file lacks, or holds with another body, in order."""
    held = {
        str(name): str(sql)
        for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    }
    return sorted(
        name
        for name, statement in guards().items()
        if held.get(name) != statement.replace("CREATE TRIGGER", f"CREATE TRIGGER {name}", 1)
    )


def guards() -> dict[str, str]:
    """Every trigger by name, as a statement without the name."""
    found = {}
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            found[f"{table}_no_{verb.lower()}"] = (
                f"CREATE TRIGGER BEFORE {verb} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, '{table} is append-only: {verb} refused'); END"
            )
        if condition := _disorder(table):
            found[f"{table}_in_order"] = (
                f"CREATE TRIGGER BEFORE INSERT ON {table} WHEN {condition} BEGIN "
                f"SELECT RAISE(ABORT, '{table} is append-only: out of order'); END"
            )
    return found


def _disorder(table: str) -> str:
    """Condition under which a new row would replace or skip one."""
    if table == "audit_entry":
        return (
            "NEW.seq != coalesce((SELECT max(seq) FROM audit_entry), 0) + 1 OR NEW.prev_hash != "
            "coalesce((SELECT hash FROM audit_entry ORDER BY seq DESC LIMIT 1), '')"
        )
    if table.endswith("_version"):
        keys = [f"{table.removesuffix('version')}id"]
        if table == "declared_version":
            keys = ["event_id", "mpan", "amsid", "fsp_id", "ts_utc"]
        same = " AND ".join(f"{key} = NEW.{key}" for key in keys)
        return f"NEW.version != coalesce((SELECT max(version) FROM {table} WHERE {same}), 0) + 1"
    key = {
        "source": "source_id",
        "dispute_bundle": "summary_sha256",
        "ledger_commit": "commit_id",
        "access_entry": "access_id",
    }[table]
    return f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
