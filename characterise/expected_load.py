"""One-day-ahead expected load of every meter of a file, as the frame of the contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from characterise import baselines
from characterise.baselines import METHODS, Expected
from characterise.batch_plan import UNPLACED, plan
from characterise.errors import InvalidFrame
from characterise.finding import Finding
from characterise.frames import EXPECTED
from characterise.inputs import describe_left_out, total_left_out
from characterise.meter_cube import MeterCube
from characterise.run_inputs import RunInputs, load_cube, survey


def write_expected(
    inputs: RunInputs,
    out: Path,
    *,
    method: str = "auto",
    refit: str = "weekly",
    progress: Callable[[int], None] | None = None,
) -> tuple[int, list[Finding]]:
    """Write `characterise.frames.EXPECTED` to a Parquet or CSV file.

    Returns
    -------
    int, list of Finding
        Rows written, and what was left out of the reads.

    Parameters
    ----------
    progress
        Called with the number of meters of each finished batch.

    Raises
    ------
    InvalidFrame
        ``out`` is neither .parquet nor .csv, or an input is not what the contract asks for.
    """
    kind = out.suffix.lower()
    if kind not in (".parquet", ".pq", ".csv"):
        raise InvalidFrame(f"{out} is neither .parquet nor .csv; name the file so that it is")
    out.parent.mkdir(parents=True, exist_ok=True)
    parts = [EXPECTED.to_frame()]
    left_out: list[dict[str, int]] = []
    with TemporaryDirectory() as folder:
        reads = inputs.grouped_reads(Path(folder))
        _, unplaced = survey(reads)
        for batch in plan(reads):
            cube, left = load_cube(
                reads,
                batch.mpan,
                inputs.meters,
                inputs.weather,
                first_day=batch.first_day,
                n_days=batch.n_days,
            )
            expected = baselines.one_day_ahead(cube, method, refit=refit)
            left_out.append(left)
            parts.append(expected_frame(cube, expected))
            if progress is not None:
                progress(len(batch.mpan))
    frame = pl.concat(parts).sort("mpan", maintain_order=True)
    written = out.with_name(f".{out.name}.part")
    try:
        if kind == ".csv":
            frame.write_csv(written)
        else:
            frame.write_parquet(written)
        written.replace(out)
    finally:
        written.unlink(missing_ok=True)
    total = total_left_out(left_out) | dict.fromkeys(UNPLACED, 0) | unplaced
    return frame.height, describe_left_out(total_left_out([total]), inputs.reads.name)


def expected_frame(cube: MeterCube, expected: Expected) -> pl.DataFrame:
    """`characterise.frames.EXPECTED` of the half-hours for which anything is expected, kWh."""
    served = expected.used >= 0
    row, day, slot = np.nonzero(served)
    times = pl.Series(cube.slot_times()[day, slot]).dt.replace_time_zone("UTC")
    half = np.float32(0.5)
    return pl.DataFrame(
        {
            "mpan": pl.Series(cube.mpan).gather(row),
            "ts_utc": times,
            "method": pl.Series(METHODS).gather(expected.used[served]),
            "expected_net_kwh": expected.expected_kw[served] * half,
            "lower": expected.lower[served] * half,
            "upper": expected.upper[served] * half,
        }
    ).select(
        pl.col(name).cast(dtype).fill_nan(None) if dtype == pl.Float32 else pl.col(name).cast(dtype)
        for name, dtype in EXPECTED.items()
    )
