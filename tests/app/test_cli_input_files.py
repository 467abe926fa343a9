"""Input files of the engine's commands, as people hand them over: right, odd and wrong."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.cli import main

START = dt.datetime(2025, 10, 20, tzinfo=dt.UTC)
N_DAYS = 35
TIMES = pl.datetime_range(
    START, START + dt.timedelta(days=N_DAYS), "30m", closed="left", eager=True
)


def one_meter(name: str, seed: int) -> pl.DataFrame:
    kwh = np.random.default_rng(seed).gamma(1, 0.2, len(TIMES)).astype(np.float32)
    # Export is whole for days before its first fraction: no type may be guessed from the top.
    export = np.where(np.arange(len(TIMES)) < 1200, 0, 0.25).astype(np.float32)
    return pl.DataFrame({"mpan": name, "ts_utc": TIMES, "import_kwh": kwh, "export_kwh": export})


READS = pl.concat([one_meter("1200000000004", 1), one_meter("1200000000013", 2)])


def ran(*arguments: object) -> int:
    with pytest.raises(SystemExit) as done:
        main([str(each) for each in arguments])
    return int(done.value.code or 0)


def characterised(reads: Path, out: Path, *more: object) -> int:
    return ran("characterise", "--reads", reads, "--out", out, *more)


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("plain")
    READS.write_parquet(folder / "reads.parquet")
    assert characterised(folder / "reads.parquet", folder / "out", "--attribute") == 0
    return {path.name: path.read_bytes() for path in (folder / "out").glob("*.parquet")}


def csv_with_whole_zeros(frame: pl.DataFrame, path: Path) -> None:
    zero = pl.when(pl.col("export_kwh") == 0).then(pl.lit("0"))
    text = zero.otherwise(pl.col("export_kwh").cast(pl.String))
    frame.with_columns(text.alias("export_kwh")).write_csv(path)


SAME = {
    "csv": (csv_with_whole_zeros, "reads.csv"),
    "nanoseconds in London": (
        lambda frame, path: frame.with_columns(
            pl.col("ts_utc").cast(pl.Datetime("ns", "UTC")).dt.convert_time_zone("Europe/London")
        ).write_parquet(path),
        "reads.parquet",
    ),
    "no zone": (
        lambda frame, path: frame.with_columns(
            pl.col("ts_utc").dt.replace_time_zone(None)
        ).write_parquet(path),
        "reads.parquet",
    ),
    "mpan as a number": (
        lambda frame, path: frame.with_columns(pl.col("mpan").cast(pl.Int64)).write_parquet(path),
        "reads.parquet",
    ),
    "any order, with labels": (
        lambda frame, path: (
            frame.sample(fraction=1, shuffle=True, seed=3)
            .with_columns(has_ev=True)
            .write_parquet(path)
        ),
        "reads.parquet",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_readings_in_another_dress_give_the_same_bytes(plain, tmp_path, name):
    write, file = SAME[name]
    write(READS, tmp_path / file)
    assert characterised(tmp_path / file, tmp_path / "out", "--attribute") == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.parquet")} == plain


def test_run_json_says_what_went_in_and_what_was_left_out(tmp_path):
    nameless = READS.head(5).with_columns(mpan=pl.lit(""))
    timeless = READS.head(3).with_columns(ts_utc=pl.lit(None, dtype=READS.schema["ts_utc"]))
    odd = READS.head(48).with_columns(
        pl.col("ts_utc") + dt.timedelta(minutes=7), mpan=pl.lit("1200000000022")
    )
    pl.concat([READS, nameless, timeless, odd]).write_parquet(tmp_path / "reads.parquet")
    assert characterised(tmp_path / "reads.parquet", tmp_path / "out") == 1
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["left_out"] == {"no_identity": 8, "off_grid": 48, "meter_without_rows": 1}
    assert record["counts_in"]["rows"] == READS.height + 56
    assert record["counts_in"]["meters"] == 2
    assert record["prevalence"] == "balanced"
    assert "no_weather" in [finding["code"] for finding in record["findings"]]
    assert len(record["inputs"]["reads"]["sha256"]) == 64


def wrong_files(folder: Path) -> dict[str, Path]:
    (folder / "empty.csv").touch()
    (folder / "empty.parquet").touch()
    (folder / "folder.parquet").mkdir()
    (folder / "noise.parquet").write_bytes(b"no parquet at all, but long enough to be one")
    READS.drop("export_kwh").write_parquet(folder / "column.parquet")
    READS.clear().write_csv(folder / "header.csv")
    READS.with_columns(pl.col("ts_utc").dt.epoch("s")).write_parquet(folder / "epoch.parquet")
    READS.with_columns(pl.col("ts_utc") + dt.timedelta(minutes=5)).write_parquet(
        folder / "off.parquet"
    )
    READS.with_columns(pl.col("ts_utc").dt.strftime("%d/%m/%Y %H:%M")).write_csv(folder / "uk.csv")
    return {
        path.stem if path.stem not in ("empty", "folder") else path.name: path
        for path in [*folder.iterdir(), folder / "absent.csv"]
    }


WRONG = (
    *("empty.csv", "empty.parquet", "folder.parquet", "noise", "column", "header", "epoch", "off"),
    *("uk", "absent"),
)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_of_reads_is_one_sentence_and_leaves_nothing(tmp_path, capsys, name):
    path = wrong_files(tmp_path)[name]
    out = tmp_path / "out"
    declared = tmp_path / "declared.csv"
    declared.write_text(
        "event_id,mpan,amsid,fsp_id,ts_utc,declared_kwh\nE,1200000000004,,F,2025-11-20T17:00Z,1\n"
    )
    for arguments in (
        ("characterise", "--reads", path, "--out", out),
        ("baseline", "--reads", path, "--out", tmp_path / "expected.parquet"),
        ("verify", "--reads", path, "--declared", declared, "--out", out),
    ):
        assert ran(*arguments) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.strip().splitlines()) == 1
        assert not out.exists()
        assert not (tmp_path / "expected.parquet").exists()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("time_zone\n1200000000004,Mars/Olympus", "Mars/Olympus"),
        ("premises\n1200000000004,castle", "non_domestic"),
        ("latitude\n1200000000004,512", "latitude 512"),
        ("has_export_register\n1200000000004,maybe", "true or false"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_by_name(tmp_path, capsys, facts, said):
    READS.write_parquet(tmp_path / "reads.parquet")
    (tmp_path / "meters.csv").write_text(f"mpan,{facts}\n")
    more = ("--meters", tmp_path / "meters.csv")
    assert characterised(tmp_path / "reads.parquet", tmp_path / "out", *more) == 2
    assert said in capsys.readouterr().err


def test_baseline_says_what_it_left_out(tmp_path, capsys):
    pl.concat([READS, READS.head(3)]).write_parquet(tmp_path / "reads.parquet")
    out = tmp_path / "expected.parquet"
    assert ran("baseline", "--reads", tmp_path / "reads.parquet", "--out", out) == 1
    assert "3 rows repeat another row exactly" in capsys.readouterr().out
    assert ran("baseline", "--reads", tmp_path / "reads.parquet", "--out", tmp_path / "e.txt") == 2


def test_asset_reads_of_other_sites_are_no_obstacle(tmp_path):
    READS.write_parquet(tmp_path / "reads.parquet")
    READS.head(96).with_columns(mpan=pl.lit("elsewhere"), amsid=pl.lit("A")).write_csv(
        tmp_path / "assets.csv"
    )
    (tmp_path / "declared.csv").write_text(
        "event_id,mpan,amsid,fsp_id,ts_utc,declared_kwh\nE,1200000000004,,F,2025-11-20T17:00Z,1\n"
    )
    done = ran(
        "verify", "--reads", tmp_path / "reads.parquet", "--declared", tmp_path / "declared.csv",
        "--asset-reads", tmp_path / "assets.csv", "--out", tmp_path / "out",
    )  # fmt: skip
    assert done in (0, 1)
    assert pl.read_parquet(tmp_path / "out" / "pairing.parquet").is_empty()


def test_score_takes_labels_without_a_presumption(tmp_path, plain):
    (tmp_path / "detections.parquet").write_bytes(plain["detections.parquet"])
    labels = {f"has_{name}": True for name in ("ev", "heat_pump", "battery", "pv", "dr")}
    pl.DataFrame({"mpan": ["1200000000004"], **{k: [v] for k, v in labels.items()}}).write_parquet(
        tmp_path / "sites.parquet"
    )
    report = tmp_path / "score.json"
    assert ran("score", "--truth", tmp_path, "--results", tmp_path, "--report", report) == 0
    assert "NaN" not in report.read_text()
    [row, *_] = json.loads(report.read_text())["presence"]
    assert row["n_sites"] == 1


def test_declared_rows_given_twice_count_once_and_are_said(tmp_path, capsys):
    READS.write_parquet(tmp_path / "reads.parquet")
    row = "E,1200000000004,,F,2025-11-20T17:00Z,1\n"
    (tmp_path / "declared.csv").write_text(
        f"event_id,mpan,amsid,fsp_id,ts_utc,declared_kwh\n{row}{row}"
    )
    done = ran(
        "verify", "--reads", tmp_path / "reads.parquet", "--declared", tmp_path / "declared.csv",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert done == 1
    assert "declared.csv: 1 rows repeat another row exactly" in capsys.readouterr().out
    assert pl.read_parquet(tmp_path / "out" / "verdicts.parquet")["declared_kwh"].to_list() == [1.0]


def test_a_signal_that_ends_before_it_starts_is_refused(tmp_path, capsys):
    READS.write_parquet(tmp_path / "reads.parquet")
    (tmp_path / "signals.csv").write_text(
        "signal_id,kind,start_utc,end_utc\nS1,flex,2025-11-20T18:00Z,2025-11-20T17:00Z\n"
    )
    more = ("--signals", tmp_path / "signals.csv")
    assert characterised(tmp_path / "reads.parquet", tmp_path / "out", *more) == 2
    assert "S1 ends before it starts" in capsys.readouterr().err
