"""The sample folder: small, complete, made up, and made again to the same contents."""

import csv
import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pytest

from characterise.extracts import Reading, read_extract
from characterise.frames import METERS, WEATHER, check
from characterise.meter_cube import MISSING
from characterise.simulate import write_sample
from characterise.simulate.identifiers import fictional, is_valid
from characterise.simulate.sample import build_world
from characterise.simulate.stories import Story
from characterise.simulate.world import World

COMMITTED = Path(__file__).parent.parent / "sample_data"
ARCHIVES = ("extracts.zip", "asset_extracts.zip")
IDENTIFIERS = ("mpan", "import_mpan", "export_mpan", "import_amsid", "export_amsid", "amsid")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    write_sample(folder, homes=12, businesses=10, seed=11)
    return folder


@pytest.fixture(scope="module")
def small_world() -> tuple[list[Story], World]:
    return build_world(homes=12, businesses=10, seed=11)


def _contents(folder: Path) -> dict[str, object]:
    """Every file by its contents; archives by their members, Parquet by its values."""
    held: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    held[f"{name}/{member}"] = _member(member, archive.read(member))
        elif path.suffix == ".parquet":
            held[name] = pl.read_parquet(path).rows()
        elif path.is_file():
            held[name] = path.read_bytes()
    return held


def _member(name: str, data: bytes) -> object:
    if not name.endswith(".xlsx"):
        return data
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return [tuple(row) for row in book.active.iter_rows(values_only=True)]


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, homes=12, businesses=10, seed=11)
    for path in sorted(small.rglob("*.*")):
        again = tmp_path / path.relative_to(small)
        assert path.read_bytes() == again.read_bytes(), path.name


def test_the_committed_folder_is_what_its_own_command_makes(tmp_path: Path) -> None:
    text = (COMMITTED / "README.md").read_text(encoding="utf-8")
    found = re.search(r"--seed (\d+) --homes (\d+) --businesses (\d+)", text)
    assert found
    seed, homes, businesses = map(int, found.groups())
    write_sample(tmp_path, homes=homes, businesses=businesses, seed=seed)
    made, committed = _contents(tmp_path), _contents(COMMITTED)
    assert set(made) == set(committed)
    differing = [name for name in made if made[name] != committed[name]]
    assert not differing


def test_the_committed_folder_fits_in_eight_megabytes() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.rglob("*.*")) <= 8_000_000


@pytest.mark.parametrize("name", ["small", "committed"])
def test_the_readme_lists_every_file_and_member(name: str, small: Path) -> None:
    folder = small if name == "small" else COMMITTED
    text = (folder / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE))
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    for archive in ARCHIVES:
        with zipfile.ZipFile(folder / archive) as held:
            files |= set(held.namelist())
    assert listed == files
    assert "made up" in text


@pytest.fixture(scope="module")
def readings(small: Path) -> dict[str, Reading]:
    out = {}
    for archive in ARCHIVES:
        with zipfile.ZipFile(small / archive) as held:
            for member in held.namelist():
                out[member] = read_extract(held.read(member), member)
    return out


def test_every_clean_layout_reads_back_to_the_same_half_hours(
    readings: dict[str, Reading], small_world: tuple[list[Story], World]
) -> None:
    stories, world = small_world
    told = {}
    for site in world.sites:
        points = [(site.import_mpan, site.export_mpan, site.boundary)]
        points += [(m.import_amsid, m.export_amsid, m.metered) for m in site.asset_meters]
        for import_id, export_id, metered in points:
            read = metered.quality != MISSING
            told[import_id, "AI"] = np.where(read, metered.import_kwh, np.nan)
            if export_id:
                told[export_id, "AE"] = np.where(read, metered.export_kwh, np.nan)
    start = np.datetime64(world.time.first_day, "us")
    seen = set()
    for name, reading in readings.items():
        if "faulty" in name:
            continue
        assert reading.quarantined.is_empty(), name
        parts = reading.accepted.partition_by("meter_point_id", "quantity", as_dict=True)
        for key, part in parts.items():
            stamps = part["ts_utc"].dt.replace_time_zone(None).to_numpy()
            place = (stamps - start) // np.timedelta64(1800, "s")
            kwh = np.full(world.time.n, np.nan)
            kwh[place] = part["kwh"].to_numpy()
            np.testing.assert_allclose(kwh, told[key], atol=6e-4, err_msg=f"{name} {key}")
            seen.add(key)
    # Only the boundary that nobody reads (P483) is in no file.
    places = [place for place, story in enumerate(stories) if story.boundary == "none"]
    unread = {(world.sites[p].import_mpan, "AI") for p in places}
    unread |= {(world.sites[p].export_mpan, "AE") for p in places}
    assert set(told) - seen == unread


def test_the_faulty_file_is_partly_accepted_and_partly_quarantined(
    readings: dict[str, Reading],
) -> None:
    reading = readings["faulty/portal_export_with_faults.csv"]
    assert reading.accepted.height >= 7 * 48
    assert set(reading.accepted["meter_point_id"].unique()) == {fictional("12", 900_010)}
    assert reading.quarantined["code"].n_unique() >= 4


def test_estimates_are_marked_where_the_layout_can_say_so(readings: dict[str, Reading]) -> None:
    flagged = readings["wide/albion_hh_flags.csv"].accepted["quality"].unique().to_list()
    assert set(flagged) <= {"actual", "estimated"}
    assert "actual" in flagged


def test_register_rows_name_each_other(small: Path) -> None:
    organisations = _rows(small, "organisations")
    providers = {row["mpid"] or row["organisation_id"] for row in organisations}
    known = {row["organisation_id"] for row in organisations}
    assets = {row["asset_id"]: row for row in _rows(small, "assets")}
    meters = {row["mpan"] for row in _rows(small, "meters")}
    amsids = {row["import_amsid"]: row for row in _rows(small, "asset-meters")}
    assert all(row["organisation_id"] in known for row in assets.values())
    assert all(row["mpan"] in meters for row in assets.values())
    assert all(row["asset_id"] in assets for row in amsids.values())
    for row in [*_rows(small, "agreements"), *_rows(small, "events"), *_rows(small, "declared")]:
        assert row.get("fsp") in providers or row.get("fsp_id") in providers
        assert row["mpan"] in meters
        assert not row["amsid"] or amsids[row["amsid"]]["import_mpan"] == row["mpan"]
    events = {row["event_id"] for row in _rows(small, "events")}
    assert {row["event_id"] for row in _rows(small, "declared")} == events
    assert {row["event_id"] for row in _rows(small / "truth", "events")} == events


def test_no_two_agreements_clash(small: Path) -> None:
    held: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in _rows(small, "agreements"):
        held.setdefault((row["mpan"], row["amsid"]), []).append(row)
    for rows in held.values():
        assert len({row["fsp"] for row in rows}) == 1
        assert len({row["stack_rank"] for row in rows}) == len(rows)
        assert len(rows) == 1 or not any(row["exclusive"] == "true" for row in rows)
    whole = {mpan for mpan, amsid in held if not amsid}
    assert whole
    assert not any(amsid for mpan, amsid in held if mpan in whole)


def test_identifiers_of_every_register_file_are_valid_and_in_the_made_up_block(
    small: Path,
) -> None:
    for path in small.glob("*.csv"):
        for row in _rows(small, path.stem):
            for column in IDENTIFIERS:
                if row.get(column):
                    assert is_valid(row[column]), (path.name, row[column])
                    assert row[column][2:4] == "99"


def test_the_sample_has_what_every_page_needs(small: Path) -> None:
    assets = _rows(small, "assets")
    agreements = _rows(small, "agreements")
    assert {"CHP", "EV_CHARGER", "BESS", "HEAT_PUMP", "SOLAR_PV"} <= {
        r["asset_class"] for r in assets
    }
    assert any(row["fsp"] == "ORG-HEATSHARE" for row in agreements)
    behind: dict[str, set[str]] = {}
    for row in agreements:
        behind.setdefault(row["mpan"], set()).add(row["fsp"])
    assert sum(len(fsps) == 2 for fsps in behind.values()) >= 2
    truth = pl.read_csv(small / "truth" / "events.csv")
    assert set(truth["conduct"]) >= {"honest", "partial", "none", "shifted", "exaggerated"}
    sites = pl.read_parquet(small / "truth" / "sites.parquet")
    registered = {(row["mpan"], row["asset_class"]) for row in assets}
    unregistered = sites.filter(
        pl.col("has_heat_pump")
        & ~pl.col("mpan").is_in([m for m, c in registered if c == "HEAT_PUMP"])
    )
    assert unregistered.height


def test_weather_and_meters_fit_their_contracts(small: Path) -> None:
    weather = check(pl.read_parquet(small / "weather.parquet"), WEATHER, "weather")
    meters = pl.read_csv(small / "meters.csv", schema_overrides={"mpan": pl.String})
    meters = check(meters, METERS, "meters")
    assert set(meters["weather_station"]) <= set(weather["station"])
    span = weather["ts_utc"].max() - weather["ts_utc"].min()
    assert span == dt.timedelta(days=396, hours=-1)


def test_messages_are_if021_with_end_stamps(small: Path) -> None:
    with zipfile.ZipFile(small / "extracts.zip") as held:
        messages = json.loads(held.read("dip/if021_active_power.json"))
    first = messages[0]["payload"]
    assert first["CommonBlock"]["S0"]["interfaceID"] == "IF-021"
    day = first["CustomBlock"]["B046List"][0]
    assert day["utcSettlementDate"][:10] == day["B047List"][0]["sp"][:10]
    assert day["B047List"][0]["sp"].endswith("T00:30:00Z")
    assert day["B047List"][-1]["sp"].endswith("T00:00:00Z")
