"""The scoreboard: every part of it, of every history, in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.frames import CAPABILITY
from characterise.scoring import arrivals, attribution, baselines, rating, unlabelled
from characterise.scoring.groups import has_history
from characterise.scoring.presence import EVERY, answers, presence_frames
from characterise.scoring.runs import Run
from characterise.scoring.sub_metered import SubMetered, estimates, sub_metered
from characterise.scoring.truth import ASSET, DETAILS, Truth

PARTS: Final = (
    *("presence", "tiers", "unlabelled", "calibration", "reliability"),
    *("attribution", "rating", "baselines", "arrivals"),
)
"""Frames of a scoreboard, in the order in which they are shown."""
SITES: Final = ("presence_sites", "attribution_sites", "rating_sites", "arrival_sites")
"""What they were made of, a row a site."""
Progress = Callable[[int], None]
Dates = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Figures by part, what they were made of by site, and what is to be said beside them."""

    parts: dict[str, pl.DataFrame]
    sites: dict[str, pl.DataFrame]
    about: dict[str, Any] = field(default_factory=dict)
    """Inputs with checksums, model, what was left out: what the figures rest on."""


def scoreboard(truth: Truth, runs: Sequence[Run], progress: Progress | None = None) -> Scoreboard:
    """Score every run against the truth.

    Parameters
    ----------
    progress
        Called with the number of sites and classes with a sub-meter that were compared.
    """
    held = [_Scored(truth, run) for run in runs]
    frames: dict[str, list[pl.DataFrame]] = {"baselines": [baselines.SUMMARY.to_frame()]}
    for one in held:
        for name, frame in one.frames().items():
            frames.setdefault(name, []).append(frame)
    told, true = _compared(truth, held, progress)
    made = {name: pl.concat(parts) for name, parts in frames.items()}
    facts = truth.sites.select("mpan", "cluster", "days", *DETAILS)
    made["attribution_sites"] = told.join(facts, on="mpan", how="inner", maintain_order="left")
    made["rating_sites"] = pl.concat([one.rated(true) for one in held])
    made["attribution"] = attribution.attribution_summary(made["attribution_sites"])
    made["rating"] = rating.rating_summary(made["rating_sites"])
    made["arrivals"] = arrivals.arrival_summary(made["arrival_sites"])
    parts = {name: _in_order(made[name]) for name in PARTS}
    return Scoreboard(parts, {name: made[name] for name in SITES})


class _Scored:
    """One run beside the sites that are judged at its history."""

    def __init__(self, truth: Truth, run: Run) -> None:
        self.truth, self.run = truth, run
        self.detections = run.detections
        self.capability = run.capability
        here = truth.sites.filter(has_history(run.months))
        self.facts = here.select("mpan", "cluster", "days", *DETAILS)
        self.names = set(here["mpan"])
        found = self.detections.filter(pl.col("probability") >= 0.5)
        self.present = set(found.select("mpan", "asset_class").iter_rows())

    def frames(self) -> dict[str, pl.DataFrame]:
        """Parts that need no sub-meter."""
        months = self.run.months
        every = answers(self.truth, self.detections, months)
        table = every.filter(pl.col("label").is_not_null())
        out = presence_frames(table, months, self.run.prevalence)
        unknown = every.filter(pl.col("label").is_null())
        out["unlabelled"] = unlabelled.unlabelled_summary(unknown, months)
        stamp = pl.lit(months, dtype=pl.Int32).alias("months")
        out["presence_sites"] = table.with_columns(stamp)
        out["arrival_sites"] = self._beside(
            arrivals.arrival_rows(self.truth, self.detections, months)
        )
        errors = self.run.baselines
        if errors is not None:
            out["baselines"] = baselines.baseline_summary(self._beside(errors), months)
        return out

    def agreements(self, sites: Sequence[SubMetered]) -> list[tuple[Any, ...]]:
        """Rows of `characterise.scoring.attribution.ROWS`."""
        if self.run.attribution is None:
            return []
        here = [site for site in sites if site.mpan in self.names]
        said = estimates(self.run.attribution, here, self.run.months)
        rows = []
        for site in here:
            key = (site.mpan, site.asset_class)
            found = key in self.present
            row = attribution.attribution_row(site, said[key], self.run.months, found=found)
            rows += [row] if row is not None else []
        return rows

    def rated(self, true: pl.DataFrame) -> pl.DataFrame:
        """What the results say of each figure that the sub-meters know."""
        capability = CAPABILITY.to_frame() if self.capability is None else self.capability
        known = true.clear() if self.capability is None else true
        return self._beside(rating.rating_rows(known, capability, self.run.months))

    def _beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(self.facts, on="mpan", how="inner", maintain_order="left")


def _compared(
    truth: Truth, held: Sequence[_Scored], progress: Progress | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One pass over the sub-meters for all runs: agreements, and true ratings."""
    dates = _dates(truth)
    rows: list[tuple[Any, ...]] = []
    true: list[tuple[Any, ...]] = []
    for sites in sub_metered(truth):
        for site in sites:
            removed, resized = dates.get((site.mpan, site.asset_class), (None, None))
            true += rating.true_rating(site, removed, resized)
        for one in held:
            rows += one.agreements(sites)
        if progress is not None:
            progress(len(sites))
    return (
        pl.DataFrame(rows, schema=attribution.ROWS, orient="row"),
        pl.DataFrame(true, schema=rating.TRUE, orient="row"),
    )


def _in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows by class in the order of `ASSET_CLASSES`, as they came within one."""
    if "asset_class" not in frame.columns:
        return frame
    places = {name: place for place, name in enumerate((*ASSET_CLASSES, EVERY))}
    place = pl.col("asset_class").replace_strict(places, return_dtype=pl.Int8)
    return frame.sort(place, maintain_order=True)


def _dates(truth: Truth) -> dict[tuple[str, str], Dates]:
    """When an asset went and when it was last resized, where anything is known."""
    out: dict[tuple[str, str], Dates] = {}
    for name, asset in ASSET.items():
        columns = (f"{asset}_removed", f"{asset}_resized")
        for mpan, removed, resized in truth.sites.select("mpan", *columns).iter_rows():
            if removed is not None or resized is not None:
                out[(mpan, name)] = (removed, resized)
    return out
