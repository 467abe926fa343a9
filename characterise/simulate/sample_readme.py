"""The README of a sample folder: what each file is, its layout, and how to make it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WHAT: Final = {
    "extracts.zip": "boundary meters, in the layouts below",
    "asset_extracts.zip": "asset meters, in the layouts below",
    "weather.parquet": "hourly temperature (C) and irradiance (W/m2) by GSP Group, UTC",
    "meters.csv": "what is known of each meter point; premises, area, limits",
    "organisations.csv": "providers and owners; one provider has no MPID",
    "assets.csv": "what was registered, which is not always what is there",
    "asset-meters.csv": "import and export AMSID, the boundary behind which they stand",
    "pairings.csv": "import MPAN with its export MPAN",
    "agreements.csv": "who may dispatch what, in which market; one is for a whole site",
    "signals.csv": "calls to an area, or to everybody where the area is blank",
    "events.csv": "dispatches of one asset by one provider",
    "declared.csv": "what the provider says was delivered, by half-hour, kWh",
    "truth/sites.parquet": "labels: archetype, assets, sizes, dates of change, hard negatives",
    "truth/daily_assets.parquet": "true energy of each asset by UTC day, kWh",
    "truth/events.csv": "for each event: honest or not, and the true share of what was declared",
    "truth/stories.csv": "sites that are there to show one thing, and which thing",
    "README.md": "this page",
}
MEMBERS: Final = {
    "workbook/riverside_portal.xlsx": "workbook: three title rows, periods Kwh1..Kwh50, local days",
    "dip/if021_active_power.json": "DIP IF-021 messages: UTC days, stamped at the END",
    "long/northern_meters.csv": "UTF-16, first line `sep=,`, a row a half-hour, END stamps in UTC",
    "long/harbour_energy_utc.csv": "one row a half-hour, ISO 8601 START in UTC, quality in words",
    "wide/albion_hh_flags.csv": "a read type before each of fifty periods, local days dd/mm/yyyy",
    "wide/crown_supply_utc_end.csv": "UTC days, columns labelled by END, 00:30 to 00:00",
    "wide/meridian_settlement.csv": "settlement periods 1..50 and a grand total, local days",
    "faulty/portal_export_with_faults.csv": "a wrong check digit, 31/02, two values for one day, "
    "lost digits, a blank day, cells that hold no number",
    "asset_meters_wide.csv": "UTC days, columns labelled by END; AMSIDs",
    "asset_meters_long.csv": "one row a half-hour, ISO 8601 START in UTC; AMSIDs",
}


def readme(
    boundary: Mapping[str, bytes],
    asset: Mapping[str, bytes],
    *,
    homes: int,
    businesses: int,
    seed: int,
) -> str:
    """Page for a folder that holds the files ``names``."""
    lines = [
        "# Sample data",
        "",
        "Everything here is made up by `characterise.simulate`: the readings, the weather, the",
        "companies and every identifier. MPANs and AMSIDs have valid check digits, and unique",
        "parts that begin 99; MPIDs are invented. No figure describes a real site or company.",
        "",
        f"{homes} homes and {businesses} businesses in seven GSP Groups, 1 October 2025 to 31",
        "October 2026 (UTC), three clock changes. Readings are kWh in half-hours, to 0.001.",
        "",
        f"Made with seed {seed}. With the packages of `constraints.txt` the same command gives",
        "the same bytes:",
        "",
        "    python -m characterise.simulate --out sample_data "
        f"--seed {seed} --homes {homes} --businesses {businesses}",
        "",
        "| file | what it is |",
        "|---|---|",
        *(f"| `{name}` | {WHAT[name]} |" for name in sorted(WHAT)),
        "",
        "Boundary extracts (`extracts.zip`):",
        "",
        "| member | layout |",
        "|---|---|",
        *(f"| `{name}` | {MEMBERS[name]} |" for name in boundary),
        "",
        "Asset-meter extracts (`asset_extracts.zip`):",
        "",
        "| member | layout |",
        "|---|---|",
        *(f"| `{name}` | {MEMBERS[name]} |" for name in asset),
        "",
        "`truth/` is for scoring. Nothing that predicts may read it.",
        "",
    ]
    return "\n".join(lines)
