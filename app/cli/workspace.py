"""Life of a workspace folder: make, check, copy away, bring back, ask."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.outcome import (
    ActorOption,
    ReasonOption,
    WorkspaceOption,
    fail,
    findings,
    say,
    who_and_why,
)

if TYPE_CHECKING:
    import polars as pl

    from app.workspace import Workspace

Folder = Annotated[Path, typer.Argument(help="Workspace folder.")]


def register(app: typer.Typer) -> None:
    """Mount the commands."""
    app.command("init")(init)
    app.command("doctor")(doctor)
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("sql")(sql)


def init(
    folder: Folder,
    legal_basis: Annotated[
        str, typer.Option(help="Why half-hours of homes may be held: public_task or consent_only.")
    ] = "public_task",
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Make an empty workspace and record its legal basis."""
    from app.workspace import Workspace

    actor, reason = who_and_why(actor, reason, "Making a workspace")
    Workspace.create(folder, actor=actor, reason=reason, legal_basis=legal_basis)
    say(f"Made the workspace {folder}. Next: fmar ingest FILES --workspace {folder}")


def doctor(folder: Folder) -> None:
    """Check every store, remove what no commit names, and verify the audit chain."""
    from app.workspace import Workspace
    from registry import proof

    workspace = Workspace.open(folder)
    with workspace.writing() as left, workspace.ledger.read() as db:
        chain = proof.verify(db)
    say(f"Uncommitted versions removed: {', '.join(left) if left else 'none were there'}.")
    say(
        f"Audit chain: {chain.entries} entries, {'whole' if chain.whole else chain.broken_because}."
    )
    for name, version in sorted(workspace.committed().items()):
        say(f"  {name}: version {version}")
    if not chain.whole:
        findings()


def backup(
    folder: Folder, file: Annotated[Path, typer.Argument(help="Archive to write (.tar.gz).")]
) -> None:
    """Copy a workspace into one archive; nothing is written to it meanwhile."""
    from app.workspace import Workspace

    workspace = Workspace.open(folder)
    if file.exists():
        fail(f"{file} exists already; name a new archive.")
    if file.resolve().is_relative_to(folder.resolve()):
        fail(f"{file} lies in the workspace that it would hold; name a file outside {folder}.")
    file.parent.mkdir(parents=True, exist_ok=True)
    staged = file.with_name(file.name + ".part")
    ledger = file.with_name(file.name + ".ledger")
    try:
        with workspace.writing(), tarfile.open(staged, "w:gz") as archive:
            # Register writes do not take the writer lock: the ledger is copied as of one moment,
            # after the tables, so that every version it names is in the archive.
            archive.add(folder, arcname=".", filter=_without_ledger)
            workspace.ledger.copy_to(ledger)
            archive.add(ledger, arcname="ledger.db")
        staged.replace(file)
    finally:
        ledger.unlink(missing_ok=True)
        staged.unlink(missing_ok=True)
    say(f"Wrote {file} ({file.stat().st_size / 1e6:.1f} MB).")


def restore(
    file: Annotated[Path, typer.Argument(help="Archive made by fmar backup.")], folder: Folder
) -> None:
    """Bring a backup back into a new folder and check it."""
    if not file.is_file():
        fail(f"there is no archive {file}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(f"{folder} is not empty; name a new folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as staging:
        whole = Path(staging) / "workspace"
        try:
            with tarfile.open(file) as archive:
                archive.extractall(whole, filter="data")
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            because = str(error).partition("\n")[0].rstrip(":. ")
            fail(f"{file} is no backup of a workspace, or is cut short: {because}.")
        if not (whole / "workspace.json").is_file():
            fail(f"{file} holds no workspace; give an archive made by fmar backup.")
        if folder.exists():
            folder.rmdir()
        whole.replace(folder)
    doctor(folder)


def sql(
    query: Annotated[str, typer.Argument(help="A SELECT over the results and the reads.")],
    workspace: WorkspaceOption,
) -> None:
    """Ask the committed results in SQL (DuckDB); tables are named as the frames."""
    import duckdb

    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    with duckdb.connect() as connection:
        for name, frame in _tables(opened, query.casefold()):
            connection.register(name, frame.to_arrow())
        # Only what was registered may be asked: no file is read or written, nothing is fetched.
        connection.execute("SET enable_external_access = false")
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET lock_configuration = true")
        try:
            found = connection.sql(query)
            say(str(found.pl()) if found is not None else "The query gave no table.")
        except duckdb.Error as error:
            fail(str(error).splitlines()[0])


def _tables(workspace: Workspace, query: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """Committed tables that the query names; every one where it names none, as SHOW TABLES."""
    held, committed = workspace.profiles.versions(), workspace.committed()
    for name in sorted({name for name in committed if name in query} or committed):
        version = committed[name]
        if name in held:
            yield name, workspace.results(name)
        elif name == "reads":
            yield name, workspace.reads.current(version=version)
        elif name == "asset_reads":
            yield name, workspace.asset_reads.current(version=version)
        elif name == "weather":
            yield name, workspace.weather_store.current(version=version)


def _without_ledger(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(entry.name).name
    return None if name.startswith(("writer.lock", "ledger.db")) else entry
