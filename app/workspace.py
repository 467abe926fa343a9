"""One workspace folder: opens every store of it and holds the commit protocol across them.

Delta tables are written first; the ledger row that names their versions is the commit. A version
that no row names is invisible to readers and rolled back before the next write, so a process may
be killed at any moment.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlite_utils import Database

from app import writer_lock
from app.ledger_frame import frame_of
from app.workspace_errors import (
    WorkspaceBusy,
    WorkspaceDamaged,
    WorkspaceError,
    WorkspaceExists,
    WorkspaceFull,
    WorkspaceMissing,
    WorkspaceTooNew,
)
from app.workspace_manifest import (
    FORMAT,
    LEDGER,
    LEGAL_BASES,
    brought_up_to_date,
    describe,
    described,
    refuse_unknown_basis,
)
from registry import commits, connections, declared, layouts, meter_serials, pairings, signals
from registry.ledger import Ledger, Transaction

if TYPE_CHECKING:
    from characterise.extracts.named_layouts import LayoutBook
    from characterise.profile_store import ProfileStore
    from characterise.quarantine_store import QuarantineStore
    from characterise.reads_store import ReadsStore
    from characterise.weather_store import WeatherStore

__all__ = [
    "FORMAT",
    "LEGAL_BASES",
    "Workspace",
    "WorkspaceBusy",
    "WorkspaceDamaged",
    "WorkspaceError",
    "WorkspaceExists",
    "WorkspaceFull",
    "WorkspaceMissing",
    "WorkspaceTooNew",
]


@dataclass(frozen=True)
class Workspace:
    """Every store of one workspace folder, opened on first use."""

    root: Path

    @classmethod
    def create(
        cls, root: Path, *, actor: str, reason: str, legal_basis: str = "public_task"
    ) -> Workspace:
        """Make a workspace in an empty or absent folder.

        Raises
        ------
        WorkspaceExists
            The folder holds files already.
        """
        refuse_unknown_basis(legal_basis)
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise WorkspaceExists(f"{root} is not empty; name a new folder for the workspace.")
        root.mkdir(parents=True, exist_ok=True)
        workspace = cls(root)
        with workspace.ledger.write(actor=actor, reason=reason) as tx:
            tx.audit("create", "workspace", str(root.name), 1, {"legal_basis": legal_basis})
        # Written last: a folder without it is no workspace, so a half-made one is never opened.
        describe(root, legal_basis=legal_basis)
        return workspace

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """Open an existing workspace; one of an older format is taken forward.

        Raises
        ------
        WorkspaceMissing, WorkspaceTooNew, WorkspaceDamaged
            There is none, it needs a newer program, or its description cannot be read.
        """
        workspace = cls(root)
        brought_up_to_date(root, lambda: workspace.ledger)
        return workspace

    @cached_property
    def ledger(self) -> Ledger:
        """The register: who may."""
        return Ledger(self.root / LEDGER)

    @cached_property
    def reads(self) -> ReadsStore:
        """Half-hourly boundary reads."""
        from characterise.reads_store import ReadsStore

        return ReadsStore(self.root / "reads")

    @cached_property
    def asset_reads(self) -> ReadsStore:
        """Half-hourly asset-meter reads; their meter points are AMSIDs."""
        from characterise.reads_store import ReadsStore

        return ReadsStore(self.root / "asset_reads")

    @cached_property
    def quarantine(self) -> QuarantineStore:
        """Rows that were not accepted, kept with their reason."""
        from characterise.quarantine_store import QuarantineStore

        return QuarantineStore(self.root / "quarantine")

    @cached_property
    def profiles(self) -> ProfileStore:
        """Results of the engine."""
        from characterise.profile_store import ProfileStore

        return ProfileStore(self.root / "results")

    @cached_property
    def weather_store(self) -> WeatherStore:
        """Temperature and irradiance by station."""
        from characterise.weather_store import WeatherStore

        return WeatherStore(self.root / "weather")

    @property
    def legal_basis(self) -> str:
        """Why this workspace may hold half-hours of homes."""
        return str(described(self.root)["legal_basis"])

    def committed(self) -> dict[str, int]:
        """Delta version that readers see, by table."""
        with self.ledger.read() as db:
            return commits.latest(db)

    def results(self, name: str, *, mpan: str | None = None) -> pl.DataFrame:
        """One committed result frame, of one meter point or of all; empty before the first run."""
        from characterise import frames

        version = self.committed().get(name)
        if version is None:
            return pl.DataFrame(schema=getattr(frames, name.upper()))
        return self.profiles.read(name, mpan=mpan, version=version)

    def weather(self) -> pl.DataFrame | None:
        """Weather series of the workspace, `frames.WEATHER`; None where none was loaded."""
        version = self.committed().get("weather")
        return None if version is None else self.weather_store.current(version=version)

    def meters(self) -> pl.DataFrame:
        """What is known about each meter point, `frames.METERS`."""
        from characterise.frames import METERS

        return self._ledger_frame(connections.current, METERS)

    def signals(self) -> pl.DataFrame:
        """Market signals, `frames.SIGNALS`."""
        from characterise.frames import SIGNALS

        return self._ledger_frame(signals.current, SIGNALS)

    def declared(self) -> pl.DataFrame:
        """Declared deliveries by half-hour, `frames.DECLARED`."""
        from characterise.frames import DECLARED

        return self._ledger_frame(declared.current, DECLARED)

    def pairings(self) -> pl.DataFrame:
        """Dated import and export MPAN pairs: import_mpan, export_mpan, valid_from, valid_to."""
        return self._ledger_frame(pairings.current, _dated("import_mpan", "export_mpan"))

    def layouts(self) -> LayoutBook:
        """Layouts that somebody has answered for."""
        from characterise.extracts.mapping import mapping_of
        from characterise.extracts.named_layouts import LayoutBook, NamedLayout

        with self.ledger.read() as db:
            rows = layouts.current(db)
        return LayoutBook(
            tuple(
                NamedLayout(
                    row["layout_id"], tuple(row["fingerprints"]), mapping_of(row["answers"])
                )
                for row in rows
            )
        )

    def meter_serials(self) -> pl.DataFrame:
        """Dated meters of MPANs: meter_serial, mpan, valid_from, valid_to."""
        return self._ledger_frame(meter_serials.current, _dated("meter_serial", "mpan"))

    def boundary(self, meter_points: Sequence[str] | None = None) -> pl.DataFrame:
        """Committed reads of each boundary, pairings and meter serials applied.

        Parameters
        ----------
        meter_points
            Import MPANs to read; all where None. What is paired with them comes along.

        Returns
        -------
        polars.DataFrame
            `characterise.reads_store.BOUNDARY`; empty where nothing was ingested yet.
        """
        from characterise.reads_store import BOUNDARY

        version = self.committed().get("reads")
        if version is None:
            return pl.DataFrame(schema=BOUNDARY)
        return self.reads.boundary(
            self.pairings(),
            serials=self.meter_serials(),
            meter_points=meter_points,
            version=version,
        )

    def _ledger_frame(
        self, current: Callable[[Database], list[dict[str, Any]]], schema: pl.Schema
    ) -> pl.DataFrame:
        with self.ledger.read() as db:
            rows = current(db)
        return frame_of(rows, schema)

    def commit(
        self,
        tx: Transaction,
        kind: str,
        versions: Mapping[str, int],
        detail: Mapping[str, Any],
    ) -> int:
        """Make Delta versions visible: the row that names them is the commit."""
        return commits.record(tx, kind, dict(versions), dict(detail))

    @contextmanager
    def writing(self) -> Iterator[list[str]]:
        """Hold the workspace's one writer lock, from a clean state.

        Yields
        ------
        list of str
            Tables that held a version no commit names; they were rolled back.

        Raises
        ------
        WorkspaceBusy
            Another process holds it for longer than a few seconds.
        WorkspaceFull
            The disk has no room left; what was committed before stays as it was.
        """
        with writer_lock.held(self.root):
            yield self._roll_back_uncommitted()

    def _roll_back_uncommitted(self) -> list[str]:
        committed = self.committed()
        ahead = [
            name for name, store in self._tables().items() if store.version() != committed.get(name)
        ]
        for name in ahead:
            self._tables()[name].restore(committed.get(name))
        held = {name: version for name, version in self.profiles.versions().items()}
        stale = [name for name, version in held.items() if version != committed.get(name)]
        if stale:
            self.profiles.restore({name: committed.get(name) for name in held})
        shutil.rmtree(self.root / "staging", ignore_errors=True)
        return ahead + stale

    def _tables(self) -> dict[str, ReadsStore | QuarantineStore | WeatherStore]:
        return {
            "weather": self.weather_store,
            "reads": self.reads,
            "asset_reads": self.asset_reads,
            "quarantine": self.quarantine,
        }


def _dated(*names: str) -> pl.Schema:
    days = {"valid_from": pl.Date(), "valid_to": pl.Date()}
    return pl.Schema({**{name: pl.String() for name in names}, **days})
