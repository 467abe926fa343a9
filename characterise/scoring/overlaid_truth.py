"""A truth folder of simulated assets laid over the real open boundaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from characterise.errors import InvalidFrame
from characterise.frames import METERS_OPTIONAL, READS
from characterise.meter_cube import Float, MeterCube
from characterise.results_folder import staged
from characterise.scoring.made_truth import FILES, SEED
from characterise.training.corpus import LABEL, Batch, real_batches
from characterise.training.overlay import overlaid

KEPT: Final = ("mpan", "family", "group_id", "trace_id", "premises", "licence_class")


def write_overlaid(
    folder: Path,
    data: Path,
    *,
    seed: int = SEED,
    variants: int = 1,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Lay assets that training did not draw over every open boundary of ``data``.

    Parameters
    ----------
    data
        Folder of the real meters, `characterise.training.corpus.data_folder`.

    Notes
    -----
    The boundaries themselves are those of training: judge with ``--leave-out group``. What is
    neither drawn nor known to be there counts as absent.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise InvalidFrame(f"{folder} is not empty; name a new folder for laid-over meters")
    if not (data / "meters").is_dir():
        raise InvalidFrame(f"{data} holds no real meters to lay assets over; set FMAR_DATA")
    with staged(folder, tuple(f"{name}.parquet" for name in FILES)) as out:
        parts = out / "parts"
        parts.mkdir()
        for number, batch in enumerate(overlaid(real_batches(data), seed, variants)):
            for name, frame in _frames(batch):
                if frame.height:
                    path = parts / f"{name}-{number:04d}.parquet"
                    frame.write_parquet(path, row_group_size=200_000)
            if progress is not None:
                progress(len(batch.cube.mpan))
        for name in FILES:
            held = sorted(parts.glob(f"{name}-*.parquet"))
            if held:
                lazy = pl.scan_parquet(held)
                lazy.sink_parquet(out / f"{name}.parquet", maintain_order=True)
        weather = pl.read_parquet(data / "meters" / "weather.parquet")
        weather.write_parquet(out / "weather.parquet")
        for path in parts.iterdir():
            path.unlink()


def _frames(batch: Batch) -> Iterator[tuple[str, pl.DataFrame]]:
    yield "reads", reads_of(batch)
    if batch.submeters.height:
        energies = pl.col("import_kwh", "export_kwh").cast(pl.Float32)
        yield "submeters", batch.submeters.select("mpan", "asset", "ts_utc", energies)
    if batch.signals is not None:
        yield "signals", batch.signals
    facts = batch.cube.meters.select(
        "mpan", *(name for name in METERS_OPTIONAL if name not in KEPT)
    )
    labels = batch.sites.select(*KEPT, *LABEL.values())
    yield "sites", labels.join(facts, on="mpan", how="left", maintain_order="left")


def reads_of(batch: Batch) -> pl.DataFrame:
    """`characterise.frames.READS` of the half-hours of a cube that can be used."""
    cube = batch.cube
    row, at = np.nonzero(np.isfinite(cube.import_kw).reshape(cube.n_meters, -1))
    times = pl.Series(cube.slot_times().reshape(-1)).dt.replace_time_zone("UTC")
    half = np.float32(0.5)
    drawn, given = (half * part.reshape(cube.n_meters, -1)[row, at] for part in _registers(cube))
    return pl.DataFrame(
        {
            "mpan": pl.Series(cube.mpan).gather(row),
            "ts_utc": times.gather(at),
            "import_kwh": drawn,
            "export_kwh": given,
        },
        schema=READS,
    )


def _registers(cube: MeterCube) -> tuple[Float, Float]:
    return cube.import_kw, cube.export_kw
