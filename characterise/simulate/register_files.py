"""The register as people would have filled it in, in the columns that `fmar load` takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from characterise.simulate.register_frames import CLASS_OF_ASSET, amsid_of
from characterise.simulate.site import AssetSpec
from characterise.simulate.stories import Entry, Story
from characterise.simulate.world import Site, World

ORGANISATIONS: Final = (
    ("ORG-FLEXA", "Flexa Aggregation Ltd (fictional)", "FLXA", "7", "FSP;Aggregator"),
    ("ORG-FLEXBRIDGE", "Flexbridge Charging Ltd (fictional)", "FLXB", "7", "FSP"),
    ("ORG-GRIDQUAY", "Gridquay Storage Ltd (fictional)", "GRDQ", "7", "FSP"),
    ("ORG-VPPX", "Virtual Peak Exchange Ltd (fictional)", "VPPX", "7", "FSP;Aggregator"),
    ("ORG-HEATSHARE", "Heatshare Co-operative (fictional)", None, None, "FSP"),
    ("ORG-NORTHMILL", "Northmill Cold Storage Ltd (fictional)", None, None, "Asset Owner"),
    ("ORG-BRAMBLE", "Bramble Homes Association (fictional)", None, None, "Asset Owner"),
)
"""Organisation id, name, MPID, MPID role, roles."""

_OWNERS: Final = ("ORG-NORTHMILL", "ORG-BRAMBLE")
_ORGANISATION_OF: Final = {mpid: key for key, _, mpid, _, _ in ORGANISATIONS if mpid}
_REGISTERED_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Registered:
    """One asset of the register with the place of its asset meter, if it has one."""

    asset_id: str
    site: Site
    entry: Entry
    organisation_id: str
    place: int | None = None
    commissioned_on: dt.date | None = None


def organisations() -> pl.DataFrame:
    """Providers and owners, all made up."""
    rows = [
        (key, name, mpid, role, roles, f"flex@{key[4:].lower()}.example")
        for key, name, mpid, role, roles in ORGANISATIONS
    ]
    columns = ["organisation_id", "name", "mpid", "mpid_role", "roles", "email"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def registered(world: World, stories: Sequence[Story], seed: int) -> list[Registered]:
    """Assets that somebody entered: all with an asset meter, all of a story, some of the rest."""
    out: list[Registered] = []
    for site, story in zip(world.sites, stories, strict=True):
        rng = np.random.default_rng([seed, site.spec.number, 96])
        owner = _OWNERS[int(site.spec.domestic)]
        held = {one.place: one.fsp_id for one in story.enrolments}
        for place, asset in enumerate(site.spec.assets):
            entered = place in held or (not story.title and rng.random() < _REGISTERED_SHARE)
            if entered and asset.last is None:
                fsp = held.get(place, owner)
                out.append(
                    Registered(
                        asset_id=_asset_id(out),
                        site=site,
                        entry=_entry(site, asset),
                        organisation_id=_ORGANISATION_OF.get(fsp, fsp),
                        place=place if place in held else None,
                        commissioned_on=world.time.date(asset.first) if asset.first else None,
                    )
                )
        for entry in story.entries:
            out.append(Registered(_asset_id(out), site, entry, owner))
    return out


def _asset_id(before: Sequence[Registered]) -> str:
    return f"AST-{len(before) + 1:05d}"


def _entry(site: Site, asset: AssetSpec) -> Entry:
    name = f"{asset.asset.replace('_', ' ')} of site {site.spec.number}"
    if asset.asset == "dr":
        cold = site.spec.archetype in ("cold_store", "shop")
        return Entry("REFRIGERATION" if cold else "INDUSTRIAL_LOAD", name, asset.kw)
    gives = asset.kw if asset.gives else None
    takes = None if asset.asset == "pv" else asset.kw
    return Entry(CLASS_OF_ASSET[asset.asset], name, takes, gives)


def assets(entries: Sequence[Registered]) -> pl.DataFrame:
    """Assets with their declared ratings in kW."""
    rows = [
        {
            "asset_id": one.asset_id,
            "name": one.entry.name,
            "asset_class": one.entry.asset_class,
            "organisation_id": one.organisation_id,
            "mpan": one.site.import_mpan,
            "rated_import_kw": one.entry.rated_import_kw,
            "rated_export_kw": one.entry.rated_export_kw,
            "commissioned_on": one.commissioned_on,
        }
        for one in entries
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def asset_meters(entries: Sequence[Registered]) -> pl.DataFrame:
    """Asset meters with the boundary they stand behind and the asset they read."""
    rows = [
        {
            "import_amsid": meter.import_amsid,
            "export_amsid": meter.export_amsid,
            "import_mpan": one.site.import_mpan,
            "export_mpan": one.site.export_mpan,
            "asset_id": one.asset_id,
        }
        for one in entries
        for meter in one.site.asset_meters
        if meter.place == one.place
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def agreements(world: World, stories: Sequence[Story], seed: int) -> pl.DataFrame:
    """Dispatch rights: seven fields and the primacy type; some assets serve a second market."""
    rows: list[dict[str, object]] = []
    for site, story in zip(world.sites, stories, strict=True):
        rng = np.random.default_rng([seed, site.spec.number, 95])
        for one in story.enrolments:
            second = rng.random() < 0.25 and not one.whole_site
            row: dict[str, object] = {
                "fsp": one.fsp_id,
                "mpan": site.import_mpan,
                "amsid": amsid_of(site, one.place),
                "market": one.market,
                "stack_rank": 1,
                "exclusive": not second and rng.random() < 0.4,
                "valid_from": "2025-09-01",
                "valid_to": None,
                "primacy_type": "DSO" if one.market == "DSO_LOCAL" else "NONE",
            }
            rows.append(row)
            if second:
                other = {"market": "WHOLESALE", "stack_rank": 2, "primacy_type": "NONE"}
                rows.append({**row, **other})
    return pl.DataFrame(rows, infer_schema_length=None)
