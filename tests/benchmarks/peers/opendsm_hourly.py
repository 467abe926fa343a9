"""Run opendsm's hourly model on hours.parquet and folds.parquet, in an environment of its own.

``python opendsm_hourly.py FOLDER`` writes predicted.parquet (mpan, protocol, ts_utc, kwh) and
outcome.parquet (mpan, protocol, seconds, metrics_refused, failure: null, or why). What the model
is given beyond its documentation, always in its favour: disqualified data are fitted all the same;
a real zero, which it takes for missing, is a millionth of a kWh; and a fit whose only fault is
that its own error report refuses an hour without coefficients keeps its predictions.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from opendsm.eemeter import HourlyBaselineData, HourlyModel, HourlyReportingData
from pydantic import ValidationError

REAL_ZERO_KWH = 1e-6
HELD_OUT_DAYS = range(15, 25)
SAVE_EVERY = 20


class Lenient(HourlyModel):
    """The hourly model without the error report where that refuses the fit."""

    metrics_refused = False

    def _set_baseline_metrics(self, df_meter: pd.DataFrame) -> None:
        try:
            super()._set_baseline_metrics(df_meter)
        except ValidationError:
            self.baseline_metrics = None
            self.metrics_refused = True

    def _check_model_fit(self) -> None:
        if not self.metrics_refused:
            super()._check_model_fit()


def main(folder: Path) -> None:
    """Every fold of every site; a fold that fails is written down with its reason."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    hours = pd.read_parquet(folder / "hours.parquet")
    hours["ts_utc"] = pd.to_datetime(hours["ts_utc"], utc=True)
    sites = dict(list(hours.groupby("mpan")))
    folds = pd.read_parquet(folder / "folds.parquet").sort_values(
        "protocol", ascending=False, kind="stable"
    )
    predicted, outcome = [], []
    for n, fold in enumerate(folds.itertuples(), start=1):
        began = time.perf_counter()
        failure, refused = None, False
        try:
            found, refused = predict(sites[fold.mpan], fold)
            predicted.append(found)
        except Exception as error:
            reason = re.sub(r"\d+", "n", str(error).partition("\n")[0])
            failure = f"{type(error).__name__}: {reason}"
        outcome.append((fold.mpan, fold.protocol, time.perf_counter() - began, refused, failure))
        if n % SAVE_EVERY == 0 or n == len(folds):
            sys.stderr.write(f"opendsm: {n} of {len(folds)} fits\n")
            save(folder, predicted, outcome)


def predict(site: pd.DataFrame, fold: Any) -> tuple[pd.DataFrame, bool]:
    """One fold: its held-out hours, predicted with the temperature that came."""
    frame = pd.DataFrame(
        {
            "observed": site["kwh"].to_numpy(float),
            "temperature": site["temp_c"].to_numpy(float) * 1.8 + 32,
        },
        index=pd.DatetimeIndex(site["ts_utc"]).tz_convert(site["time_zone"].iloc[0]),
    )
    frame.loc[frame["observed"] == 0, "observed"] = REAL_ZERO_KWH
    date = frame.index.date
    frame = frame[(date >= fold.first) & (date < fold.end)]
    date = frame.index.date
    in_blocks = fold.protocol == "blocks"
    held_out = np.isin(frame.index.day, HELD_OUT_DAYS) if in_blocks else date >= fold.cut
    if frame["temperature"][held_out].isna().all() or frame["temperature"][~held_out].isna().all():
        raise ValueError("no temperature")
    training = frame.copy()
    training.loc[held_out, "observed"] = np.nan
    training = training[date < fold.cut]
    model = Lenient().fit(
        HourlyBaselineData(training, is_electricity_data=True), ignore_disqualification=True
    )
    # Without a reading on the day of a clock change it would not see the change.
    after = training if in_blocks else frame[held_out].assign(observed=1.0)
    reporting = HourlyReportingData(after, is_electricity_data=True)
    found = model.predict(reporting, ignore_disqualification=True)["predicted"]
    found = found[found.index.isin(frame.index[held_out])]
    answer = pd.DataFrame({"ts_utc": found.index.tz_convert("UTC"), "kwh": found.to_numpy(float)})
    return answer.assign(mpan=fold.mpan, protocol=fold.protocol), model.metrics_refused


def save(folder: Path, predicted: list[pd.DataFrame], outcome: list[tuple[Any, ...]]) -> None:
    """Write what there is so far."""
    if predicted:
        pd.concat(predicted).to_parquet(folder / "predicted.parquet")
    columns = ["mpan", "protocol", "seconds", "metrics_refused", "failure"]
    pd.DataFrame(outcome, columns=columns).to_parquet(folder / "outcome.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
