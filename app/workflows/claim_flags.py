"""Declared deliveries that the boundary does not bear out, as findings: one a party's series.

By design one honest event in a hundred is unsupported, so a long honest series collects a few. A
flag is raised where the series as a whole is unsupported, or where it holds more unsupported
events than that rate explains. Where several parties were dispatched together and the boundary
cannot tell them apart, one finding names them all: at least one of them fell short, and nobody
alone is blamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import comb
from statistics import NormalDist
from typing import Any, Final

import polars as pl

from app.workflows.deliveries import verify_settings
from app.workspace import Workspace
from characterise.delivery.settings import VerifySettings
from registry.flags import FlagFinding

UNSUPPORTED: Final = "unsupported_claim"
_SERIES: Final = ("mpan", "amsid", "fsp_id")
_UNTESTED: Final = ("no_boundary_data", "estimated_boundary")

Row = Mapping[str, Any]


def claim_findings(workspace: Workspace) -> list[FlagFinding]:
    """Findings about every party's declared deliveries, from the committed verdicts."""
    return findings_of(
        workspace.results("verdicts"),
        workspace.results("cumulative"),
        workspace.declared(),
        verify_settings(workspace),
    )


def findings_of(
    verdicts: pl.DataFrame,
    cumulative: pl.DataFrame,
    declared: pl.DataFrame,
    settings: VerifySettings | None = None,
) -> list[FlagFinding]:
    """The same from `frames.VERDICTS`, `frames.CUMULATIVE` and `frames.DECLARED`."""
    settings = settings or VerifySettings()
    span = declared.group_by("event_id", *_SERIES).agg(
        pl.col("ts_utc").min().alias("start"), (pl.len() / 2).alias("hours")
    )
    rows = (
        verdicts.filter(~pl.col("verdict").is_in(_UNTESTED))
        .join(span, on=["event_id", *_SERIES], how="left", nulls_equal=True)
        .sort("event_id", *_SERIES)
        .to_dicts()
    )
    series = {_name(row): row for row in cumulative.iter_rows(named=True)}
    together = _together(rows)
    found, blamed = [], set()
    for name, mine in _grouped(rows, _name).items():
        alone = [row for row in mine if _short(row) and len(together[_occasion(row)]) == 1]
        whole = series.get(name)
        called = whole is not None and whole["verdict"] == "unsupported"
        if not called and not more_than_chance(len(alone), len(mine), settings.false_flag_rate):
            continue
        short = alone or [row for row in mine if _short(row)] or mine
        found.append(_finding(short, len(mine), [name], whole))
        blamed.add(name)
    for parties, occasions in _shared(together).items():
        if blamed.intersection(parties):
            continue
        mine = [row for row in rows if _name(row) in parties]
        short = [row for row in mine if _short(row) and _occasion(row) in occasions]
        n_together = len({_occasion(row) for row in mine})
        if more_than_chance(len(occasions), n_together, settings.false_flag_rate):
            probable = [series[name] for name in parties if name in series]
            whole = max(probable, key=lambda row: row["probability_under_delivery"] or 0.0)
            found.append(_finding(short, n_together, sorted(parties, key=str), whole))
    return found


def more_than_chance(short: int, events: int, rate: float) -> bool:
    """Whether so many unsupported events are rarer than ``rate`` where each comes by chance at it.

    Notes
    -----
    Upper tail of the binomial distribution: two in twelve at 1 % is 0.6 %.
    """
    if short == 0:
        return False
    fewer = sum(comb(events, k) * rate**k * (1 - rate) ** (events - k) for k in range(short))
    return 1 - fewer < rate


def chance_under_delivered(row: Row) -> float:
    """Chance that less than three quarters was delivered, from the fraction's 90 % interval."""
    low, middle, high = (row[f"delivered_fraction_{q}"] for q in ("p05", "p50", "p95"))
    if low is None or middle is None or high is None or high <= low:
        return 1.0 - (row["p_value"] or 0.0)
    spread = (high - low) / (2 * NormalDist().inv_cdf(0.95))
    return NormalDist(middle, spread).cdf(VerifySettings().under_delivery)


def _finding(
    short: Sequence[Row], events: int, parties: Sequence[tuple[Any, ...]], whole: Row | None
) -> FlagFinding:
    worst = max(short, key=lambda row: (_shortfall_kw(row), row["event_id"]))
    mpan, amsid, _ = parties[0]
    names = ", ".join(sorted({str(fsp) for _, _, fsp in parties}))
    held = sum(row["declared_kwh"] for row in short)
    supported = sum(row["declared_kwh"] * _fraction(row) for row in short)
    joint = len(parties) > 1
    who = f"At least one of {names}:" if joint else f"{names}:"
    likely = whole["probability_under_delivery"] if whole is not None else None
    return FlagFinding(
        key=":".join([UNSUPPORTED, mpan, *(f"{a or '*'}/{f}" for _, a, f in parties)]),
        kind=UNSUPPORTED,
        mpan=mpan,
        asset_class=None,
        amsid=None if joint else amsid,
        fsp_id=names,
        event_id=worst["event_id"],
        title=f"{who} declared deliveries unsupported by boundary data",
        because=(
            f"{len({_occasion(row) for row in short})} of {events} events; in them {held:.1f} kWh"
            f" declared, of which the boundary meter bears out about {supported:.1f} kWh."
            f" Shown: the largest shortfall, event {worst['event_id']}."
        ),
        evidence=plain(
            {
                "verdict": "unsupported",
                "events_short": sorted({row["event_id"] for row in short}),
                "events": events,
                **{name: worst[name] for name in _OF_THE_WORST},
            }
        ),
        kw_at_stake=round(sum(map(_shortfall_kw, short)) / len(short), 3),
        doubt=round(chance_under_delivered(worst) if likely is None else likely, 4),
    )


_OF_THE_WORST: Final = (
    "p_value",
    "declared_kwh",
    "delivered_fraction_p05",
    "delivered_fraction_p50",
    "delivered_fraction_p95",
    "min_detectable_kwh",
    "reasons",
    "innocent",
)


def _together(rows: Iterable[Row]) -> dict[tuple[Any, ...], set[tuple[Any, ...]]]:
    """Parties whose claims of one occasion are unsupported."""
    parties: dict[tuple[Any, ...], set[tuple[Any, ...]]] = {}
    for row in rows:
        if _short(row):
            parties.setdefault(_occasion(row), set()).add(_name(row))
    return parties


def _shared(
    together: Mapping[tuple[Any, ...], set[tuple[Any, ...]]],
) -> dict[frozenset[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Occasions by the set of parties that fell short together, sets of two and more."""
    occasions: dict[frozenset[tuple[Any, ...]], set[tuple[Any, ...]]] = {}
    for occasion, parties in sorted(together.items(), key=str):
        if len(parties) > 1:
            occasions.setdefault(frozenset(parties), set()).add(occasion)
    return occasions


def _grouped(rows: Iterable[Row], by: Any) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    return groups


def _name(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _SERIES)


def _occasion(row: Row) -> tuple[Any, ...]:
    return (row["mpan"], row["start"])


def _short(row: Row) -> bool:
    return bool(row["verdict"] == "unsupported")


def _fraction(row: Row) -> float:
    return min(max(row["delivered_fraction_p50"] or 0.0, 0.0), 1.0)


def _shortfall_kw(row: Row) -> float:
    return float(row["declared_kwh"]) * (1 - _fraction(row)) / (row["hours"] or 0.5)


def plain(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Round floats so that a re-run on the same data leaves the same evidence."""
    return {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in evidence.items()
    }
