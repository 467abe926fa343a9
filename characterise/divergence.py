"""Declared against observed over time: by how much they part, in how many events, for how long.

Only a dispatch event that asked for about the declared value can speak against it. Ordinary running
and events that asked for less can bear a maximum out by reaching it, and never contradict a value:
what ran at 15 kW because nothing asked for more may still have 50 kW to give. Where too few events
asked, the answer is ``not_enough``. Half-hours bound a ramp from below only, so a declared ramp is
``not_observable``.

The last events that asked are compared, by the statistic that was declared, so that a change for
the better shows as soon as it is delivered. The interval holds both the spread between events and
the doubt in each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.columns import UTC
from characterise.frames import check


def _schema(columns: Mapping[str, Any]) -> pl.Schema:
    return pl.Schema(columns)


VALUES: Final = _schema(
    {
        "override_id": pl.String,
        "parameter": pl.String,
        "statistic": pl.String,
        "value": pl.Float64,
        "since_utc": UTC,
    }
)
"""What is declared, in the unit of its parameter, and since when it is watched."""
ACTIVATIONS: Final = _schema(
    {
        "override_id": pl.String,
        "start_utc": UTC,
        "dispatched": pl.Boolean,
        "asked": pl.Float64,
        "observed": pl.Float64,
        "lower": pl.Float64,
        "upper": pl.Float64,
    }
)
"""What was observed of each declared value's asset, in the value's unit.

``dispatched`` tells a dispatch event from ordinary running; ``asked`` is what the event asked for,
null where nobody knows; ``lower`` to ``upper`` is the 90 % interval of ``observed``."""
DIVERGENCE: Final = _schema(
    {
        "override_id": pl.String,
        "status": pl.String,
        "declared": pl.Float64,
        "observed": pl.Float64,
        "observed_lower": pl.Float64,
        "observed_upper": pl.Float64,
        "share": pl.Float64,
        "share_lower": pl.Float64,
        "share_upper": pl.Float64,
        "chance": pl.Float64,
        "n_asked": pl.Int64,
        "n_short": pl.Int64,
        "n_asked_less": pl.Int64,
        "ordinary_most": pl.Float64,
        "since_utc": UTC,
        "last_utc": UTC,
        "weeks": pl.Float64,
        "because": pl.String,
    }
)
"""One row a declared value. ``share`` is the part of it that is missing (negative: more than it
was observed); ``chance`` that at least the set share is missing; ``since_utc`` when the present run
of shortfall began."""
STATUSES: Final = ("borne_out", "parting", "diverging", "not_enough", "not_observable")
_LEVELS: Final = {"min": 0.0, "p10": 0.1, "p50": 0.5, "p90": 0.9, "max": 1.0}
_Z_90: Final = 1.6449
"""Half-width of a 90 % normal interval in standard deviations."""
_DRAWS: Final = 2000
_UNIT: Final = {"kw": " kW", "h": " h"}

Double = npt.NDArray[np.float64]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DivergenceSettings:
    """When a divergence is material and sustained."""

    share: float = 0.20
    """Part of the declared value that must be missing, at the kind end of the interval."""
    events: int = 5
    """Events that must have asked for it; so many of the last are compared."""
    weeks: float = 3.0
    """Weeks from the first to the last event of the run of shortfall."""
    seed: int = 0


def diverge(
    values: pl.DataFrame,
    activations: pl.DataFrame,
    settings: DivergenceSettings | None = None,
) -> pl.DataFrame:
    """Compare each declared value with what was observed since it was declared.

    Parameters
    ----------
    values, activations
        `VALUES` and `ACTIVATIONS`.

    Returns
    -------
    pl.DataFrame
        `DIVERGENCE`, in the order of ``values``.
    """
    settings = settings or DivergenceSettings()
    held = check(activations, ACTIVATIONS, "activations").sort("override_id", "start_utc")
    groups = {str(key[0]): group for key, group in held.group_by("override_id")}
    nothing = ACTIVATIONS.to_frame()
    rows = [
        _one(value, groups.get(value["override_id"], nothing), settings)
        for value in check(values, VALUES, "values").iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=DIVERGENCE)


def _one(value: Row, seen: pl.DataFrame, settings: DivergenceSettings) -> Row:
    floor = (1 - settings.share) * value["value"]
    known = seen.filter(pl.col("observed").is_finite())
    events = known.filter("dispatched", pl.col("start_utc") >= value["since_utc"])
    asked = events.filter(pl.col("asked") >= floor)
    ordinary = known.filter(~pl.col("dispatched"))["observed"].max()
    row: Row = {
        **dict.fromkeys(DIVERGENCE),
        "override_id": value["override_id"],
        "declared": value["value"],
        "n_asked": asked.height,
        "n_short": int((asked["observed"] < floor).sum()),
        "n_asked_less": events.height - asked.height,
        "ordinary_most": ordinary,
        "last_utc": asked["start_utc"].max(),
    }
    if value["parameter"].startswith("ramp_"):
        row["status"] = "not_observable"
        row["because"] = "Half-hours bound a ramp from below only, so nothing can contradict it."
        return row
    short = False
    if asked.height:
        short = _measure(row, asked, value["statistic"], floor, settings)
    row["status"] = _status(row, value["statistic"], floor, settings, short=short)
    row["because"] = _because(row, _UNIT.get(value["parameter"].rsplit("_", 1)[-1], ""), settings)
    return row


def _measure(
    row: Row, asked: pl.DataFrame, statistic: str, floor: float, settings: DivergenceSettings
) -> bool:
    """Fill in what the last events came to and how long they fell short; whether they do."""
    level = _LEVELS[statistic]
    observed = asked["observed"].to_numpy()
    last = asked.tail(settings.events)
    draws = _draws(last, level, settings.seed)
    point = float(np.quantile(last["observed"].to_numpy(), level))
    # A largest value of noisy ones lies above each: the point stays within its interval.
    low = min(float(np.quantile(draws, 0.05)), point)
    high = max(float(np.quantile(draws, 0.95)), point)
    declared = row["declared"]
    row |= {
        "observed": point,
        "observed_lower": low,
        "observed_upper": high,
        "share": 1 - point / declared,
        "share_lower": 1 - high / declared,
        "share_upper": 1 - low / declared,
        "chance": float(np.mean(draws < floor)),
        "weeks": 0.0,
    }
    parted = [
        np.quantile(observed[max(0, end - settings.events) : end], level) < floor
        for end in range(1, len(observed) + 1)
    ]
    if not parted[-1]:
        return False
    begin = len(parted) - (parted[::-1].index(False) if False in parted else len(parted))
    row["since_utc"] = asked["start_utc"][begin]
    row["weeks"] = (row["last_utc"] - row["since_utc"]).total_seconds() / 604_800
    return True


def _draws(last: pl.DataFrame, level: float, seed: int) -> Double:
    """Statistic of events drawn anew, each moved by its own doubt."""
    observed = last["observed"].to_numpy()
    width = (last["upper"] - last["lower"]).fill_null(0.0).to_numpy() / (2 * _Z_90)
    rng = np.random.default_rng(seed)
    picked = rng.integers(0, len(observed), (_DRAWS, len(observed)))
    moved = observed[picked] + width[picked] * rng.standard_normal(picked.shape)
    return np.asarray(np.quantile(moved, level, axis=1), dtype=np.float64)


def _status(
    row: Row, statistic: str, floor: float, settings: DivergenceSettings, *, short: bool
) -> str:
    reached = row["n_asked"] > 0 and not short
    if statistic == "max" and (reached or (row["ordinary_most"] or 0.0) >= floor):
        return "borne_out"
    if row["n_asked"] < settings.events:
        return "not_enough"
    if not short:
        return "borne_out"
    material = row["share_lower"] >= settings.share
    return "diverging" if material and row["weeks"] >= settings.weeks else "parting"


def _because(row: Row, unit: str, settings: DivergenceSettings) -> str:
    asked, status = row["n_asked"], row["status"]
    most = row["ordinary_most"]
    ran = f" In ordinary running it reached {most:.3g}{unit}." if most is not None else ""
    if status == "not_enough":
        less = row["n_asked_less"]
        return (
            f"Too little asked it to: {asked} of the {settings.events} events it takes asked for"
            f" about {row['declared']:g}{unit}, {less} asked for less.{ran}"
            " Running is not the same as available, so neither contradicts it."
        )
    if asked == 0:
        return f"No event asked for it.{ran}"
    told = (
        f"In the last {min(asked, settings.events)} events that asked for about"
        f" {row['declared']:g}{unit} the meter shows {row['observed']:.3g}{unit}"
        f" ({row['observed_lower']:.3g} to {row['observed_upper']:.3g}, nine chances in ten)"
    )
    if status == "borne_out":
        return f"{told}.{ran}"
    return (
        f"{told}: {row['share']:.0%} of it is missing. {row['n_short']} of {asked} events fell"
        f" short, the present run for {row['weeks']:.1f} weeks.{ran}"
    )
