"""The files that `fmar load` takes: their columns, as a template has them, and who reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from registry import cells, placing
from registry.cells import Column
from registry.errors import UnknownEntity
from registry.placing import Fields, Placed
from registry.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of file.

    Parameters
    ----------
    place
        Writes one row; None for rows that are written in bulk.
    """

    columns: tuple[Column, ...]
    place: Callable[[Transaction, Fields], Placed] | None

    @property
    def required(self) -> list[str]:
        """Names of the columns that the header must have."""
        return [column.name for column in self.columns if column.required]


def _needed(name: str, parse: Callable[[str], object]) -> Column:
    return Column(name, parse, required=True)


SHEETS: Final[dict[str, Sheet]] = {
    "organisations": Sheet(
        (
            Column("organisation_id", cells.text),
            _needed("name", cells.text),
            Column("mpid", cells.mpid),
            Column("mpid_role", cells.code),
            Column("roles", cells.words),
            Column("email", cells.text),
        ),
        placing.organisation,
    ),
    "assets": Sheet(
        (
            Column("asset_id", cells.text),
            _needed("name", cells.text),
            _needed("asset_class", cells.code),
            Column("organisation_id", cells.text),
            Column("mpan", cells.mpan),
            Column("rated_import_kw", cells.decimal),
            Column("rated_export_kw", cells.decimal),
            Column("commissioned_on", cells.day),
        ),
        placing.asset,
    ),
    "asset-meters": Sheet(
        (
            _needed("import_amsid", cells.amsid),
            Column("export_amsid", cells.amsid),
            _needed("import_mpan", cells.mpan),
            Column("export_mpan", cells.mpan),
            Column("asset_id", cells.text),
        ),
        placing.asset_meter,
    ),
    "pairings": Sheet(
        (
            _needed("import_mpan", cells.mpan),
            _needed("export_mpan", cells.mpan),
            _needed("valid_from", cells.day),
            Column("valid_to", cells.day),
        ),
        placing.pairing,
    ),
    "meter-serials": Sheet(
        (
            _needed("meter_serial", cells.text),
            _needed("mpan", cells.mpan),
            _needed("valid_from", cells.day),
            Column("valid_to", cells.day),
        ),
        placing.meter_serial,
    ),
    "agreements": Sheet(
        (
            _needed("fsp", cells.text),
            _needed("mpan", cells.mpan),
            Column("amsid", cells.amsid),
            _needed("market", cells.code),
            _needed("stack_rank", cells.integer),
            _needed("exclusive", cells.boolean),
            _needed("valid_from", cells.day),
            Column("valid_to", cells.day),
            Column("primacy_type", cells.code),
        ),
        placing.agreement,
    ),
    "connections": Sheet(
        (
            _needed("mpan", cells.mpan),
            Column("weather_station", cells.text),
            Column("latitude", cells.decimal),
            Column("longitude", cells.decimal),
            Column("time_zone", cells.text),
            Column("premises", cells.text),
            Column("gsp_group", cells.gsp_group),
            Column("gsp", cells.text),
            Column("primary", cells.text),
            Column("feeder", cells.text),
            Column("zone", cells.text),
            Column("import_limit_kw", cells.decimal),
            Column("export_limit_kw", cells.decimal),
            Column("has_export_register", cells.boolean),
        ),
        placing.connection,
    ),
    "events": Sheet(
        (
            _needed("event_id", cells.text),
            _needed("fsp_id", cells.text),
            _needed("mpan", cells.mpan),
            Column("amsid", cells.amsid),
            Column("market", cells.code),
            _needed("start_utc", cells.instant),
            _needed("end_utc", cells.instant),
            Column("requested_kw", cells.decimal),
        ),
        placing.event,
    ),
    "signals": Sheet(
        (
            _needed("signal_id", cells.text),
            _needed("kind", cells.text),
            Column("area", cells.text),
            Column("mpan", cells.mpan),
            _needed("start_utc", cells.instant),
            _needed("end_utc", cells.instant),
        ),
        placing.signal,
    ),
    "declared": Sheet(
        (
            _needed("event_id", cells.text),
            _needed("mpan", cells.mpan),
            Column("amsid", cells.amsid),
            _needed("fsp_id", cells.text),
            _needed("ts_utc", cells.instant),
            _needed("declared_kwh", cells.decimal),
        ),
        None,
    ),
}
"""In the order in which files that name one another are loaded."""


def sheet(entity: str) -> Sheet:
    """Columns and reader of an entity's file.

    Raises
    ------
    UnknownEntity
    """
    if entity not in SHEETS:
        raise UnknownEntity(f"Nothing called {entity!r} can be loaded; use {', '.join(SHEETS)}.")
    return SHEETS[entity]
