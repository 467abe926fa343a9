"""Declared deliveries, dense: claims, the occasions on which claims share half-hours, parties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.finding import Finding
from characterise.frames import DECLARED, check
from characterise.meter_cube import MeterCube
from characterise.settlement import SLOTS_PER_DAY

Int = npt.NDArray[np.int64]
Double = npt.NDArray[np.float64]

CLAIM: Final = ("event_id", "mpan", "amsid", "fsp_id")
PARTY: Final = ("mpan", "amsid", "fsp_id")
OUTSIDE: Final = -1
_HALF_HOUR_US: Final = 1_800_000_000


@dataclass(frozen=True, slots=True)
class Claims:
    """C claims of one provider for one asset in one event, over n declared half-hours.

    Half-hours are sorted by claim and time. An *occasion* is a set of claims at one meter point
    that share half-hours, directly or through one another; a *party* is (mpan, amsid, fsp).
    """

    table: pl.DataFrame
    """One row a claim: event_id, mpan, amsid, fsp_id and, where known, asset_class."""
    row: Int
    """(C,) index of the meter in the cube, `OUTSIDE` where it holds none."""
    occasion: Int
    """(C,) index of the occasion, from 0."""
    party: Int
    """(C,) row of ``parties``."""
    parties: pl.DataFrame
    """mpan, amsid, fsp_id, sorted: the parties of one meter point are neighbours."""
    start: Int
    """(C + 1,) where each claim's half-hours begin."""
    cell: Int
    """(n,) flat half-hour of the cube's span, `OUTSIDE` where beyond it."""
    declared_kw: Double
    """(n,) declared fall of net import."""
    findings: tuple[Finding, ...]
    """Declared rows that could not be used, and why."""

    @property
    def n_claims(self) -> int:
        """How many claims."""
        return self.table.height

    @property
    def n_occasions(self) -> int:
        """How many occasions."""
        return int(self.occasion.max(initial=-1)) + 1

    def claim_of_half_hour(self) -> Int:
        """(n,) claim of each declared half-hour."""
        return np.repeat(np.arange(self.n_claims), np.diff(self.start))


def pack(declared: pl.DataFrame, cube: MeterCube) -> Claims:
    """Lay declared deliveries out as claims; what cannot be used is a finding.

    Parameters
    ----------
    declared
        `characterise.frames.DECLARED`, with an optional ``asset_class`` column.
    """
    rows, findings = _usable(declared)
    rows = rows.sort(*CLAIM, "ts_utc", nulls_last=False)
    table = rows.select(*CLAIM, "asset_class").unique(CLAIM, keep="first", maintain_order=True)
    claim = rows.select(pl.struct(CLAIM).rle_id()).to_series().to_numpy().astype(np.int64)
    places = {name: index for index, name in enumerate(cube.mpan)}
    row = np.array([places.get(name, OUTSIDE) for name in table["mpan"].to_list()], dtype=np.int64)
    parties = table.select(PARTY).unique().sort(PARTY, nulls_last=False)
    party = table.join(
        parties.with_row_index("party"),
        on=PARTY,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )["party"].to_numpy()
    return Claims(
        table=table,
        row=row,
        occasion=_occasions(rows, claim, table.height),
        party=party.astype(np.int64),
        parties=parties,
        start=np.searchsorted(claim, np.arange(table.height + 1)).astype(np.int64),
        cell=_cells(rows["ts_utc"], cube),
        declared_kw=2 * rows["declared_kwh"].cast(pl.Float64).to_numpy(),
        findings=findings,
    )


def _usable(declared: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    frame = check(declared, DECLARED, "declared")
    known = declared["asset_class"] if "asset_class" in declared.columns else None
    frame = frame.with_columns(
        (known if known is not None else pl.lit(None)).cast(pl.String).alias("asset_class")
    )
    frame = frame.unique(maintain_order=True)
    blank = pl.col("declared_kwh").is_null() | ~pl.col("declared_kwh").is_finite()
    unnamed = pl.any_horizontal(pl.col("event_id", "mpan", "fsp_id", "ts_utc").is_null())
    off_grid = pl.col("ts_utc").dt.timestamp("us") % _HALF_HOUR_US != 0
    twice = pl.struct(*CLAIM, "ts_utc").is_duplicated()
    faults = (
        ("declared_unnamed", unnamed, "lack an event, meter point, provider or time"),
        ("declared_blank", blank, "hold no energy"),
        ("declared_off_grid", off_grid, "do not start on a half-hour"),
        ("declared_conflict", twice, "give two energies for one half-hour of one claim"),
    )
    findings = []
    for code, fault, words in faults:
        kept = frame.filter(~fault.fill_null(value=True))
        if left_out := frame.height - kept.height:
            because = f"{left_out} declared half-hours {words} and were left out."
            findings.append(Finding(code, because, {"half_hours": left_out}))
        frame = kept
    return frame, tuple(findings)


def _cells(ts_utc: pl.Series, cube: MeterCube) -> Int:
    origin = np.datetime64(cube.first_day, "us").astype(np.int64)
    position = (ts_utc.dt.timestamp("us").to_numpy() - origin) // _HALF_HOUR_US
    inside = (position >= 0) & (position < cube.n_days * SLOTS_PER_DAY)
    return np.where(inside, position, OUTSIDE).astype(np.int64)


def _occasions(rows: pl.DataFrame, claim: Int, n_claims: int) -> Int:
    shared = rows.select(pl.struct("mpan", "ts_utc").rank("dense")).to_series().to_numpy()
    order = np.argsort(shared, kind="stable")
    return np.asarray(_components(shared[order].astype(np.int64), claim[order], n_claims))


@njit(cache=True)
def _components(shared, claim, n_claims):  # type: ignore[no-untyped-def]
    parent = np.arange(n_claims)
    for k in range(1, len(claim)):
        if shared[k] == shared[k - 1]:
            a, b = claim[k - 1], claim[k]
            while parent[a] != a:
                a = parent[a]
            while parent[b] != b:
                b = parent[b]
            parent[max(a, b)] = min(a, b)
    # A root is the least claim of its set, so numbering in order of claims is stable.
    number = np.empty(n_claims, dtype=np.int64)
    found = 0
    for c in range(n_claims):
        root = c
        while parent[root] != root:
            root = parent[root]
        if root == c:
            number[c] = found
            found += 1
        else:
            number[c] = number[root]
    return number
