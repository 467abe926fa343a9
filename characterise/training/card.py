"""The model card: what it was trained on, how well it did on what it never saw, its limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.model import PresenceModel
from characterise.presence import BOUND_SD, TierRule
from characterise.training import figures
from characterise.training.corpus import SIMULATED
from characterise.training.fit import Trained
from characterise.training.table import Table

LIMITS = """## Limits
- Probabilities hold at a prevalence of one half; `prevalence` of `presence.assess` moves them.
- Batteries: real ones here are two dispatch traces, scaled. Nearly all that the model knows of
  batteries is simulated; no accuracy on real batteries is claimed.
- Flexible demand is judged only where dispatch signals are given. Real sites with events have no
  real negatives beside them: the figures on simulated sites are the only two-sided ones.
- Heat pumps: the real ones are German (one family). Without measured temperature none is high.
- EV homes of the real corpus join real charging sessions to other homes, with flat 3.6 or 7.2 kW
  power within a session.
- The simulator's homes, heat pumps and university buildings are drawn from populations fitted to
  about half of the sites of lcl, wpuq and cambridge_estates, and the model trains on the simulator:
  figures on the families lcl, wpuq and ucam, left out or not, are not blind.
- Sources that were hourly and split evenly in two (source_minutes = 60 in the corpus) hide partial
  half-hours; figures on them are of hourly detail.
- Between families of sites the logit shifts; that spread (`transfer_sd`) is inside the bounds, so
  a class with few real families seldom reaches the high tier. That is intended.
"""

_RULE: Final = TierRule()


def card(
    model: PresenceModel,
    table: Table,
    results: Sequence[Trained],
    about: str,
    explained: pl.DataFrame | None = None,
) -> str:
    """Markdown text of the card.

    Parameters
    ----------
    about
        How the simulated part was made, for the reader who repeats it.
    explained
        `characterise.training.explained.FIGURES` on the real sub-meters, where there are any.
    """
    lines = [
        f"# Presence model {model.version}",
        "",
        "One regularised logistic model a class on physical features, each weighed only in the",
        "direction physics allows; Platt scaling on out-of-fold logits; bounds by Laplace,",
        "resampled calibration and the spread between families. `python -m characterise.training`",
        "repeats it.",
        "",
        "## Data",
        "",
        about,
        "",
        *_data(table),
        "",
        "## Figures on sites that were not trained on",
        "",
        "`grouped`: folds that share no home, building or charging trace. `family`: the whole",
        "family left out. Real `measure_only` sites are measured here and never trained on.",
        "Brier and ECE are weighed to a prevalence of one half.",
        "",
        "| class | judged | sites | with | AUC | macro-F1 | recall (Wilson) | specificity (Wilson) "
        "| Brier | ECE |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for place, result in enumerate(results):
        lines += _presence_rows(table, place, result)
    lines += [
        "",
        "By family, the family left out; called = probability >= 0.5:",
        "",
        "| class | family | sites | with | with, called | without, called |",
        "|---|---|---|---|---|---|",
    ]
    for place, result in enumerate(results):
        lines += _family_rows(table, place, result)
    lines += [
        "",
        f"Tiers, grouped folds (high: lower bound > {_RULE.high_above}; "
        f"medium: other >= {_RULE.medium_from}),",
        "with the spread between families in the bound:",
        "",
        "| class | judged | high | of them right (Wilson) | medium | of them right (Wilson) |",
        "|---|---|---|---|---|---|",
    ]
    for place, result in enumerate(results):
        lines += _tier_rows(table, place, result)
    if explained is not None:
        lines += _explained_rows(explained)
    lines += [
        "",
        "## Weights",
        "",
        "Per scaled unit; zero: nothing left to say beside the others.",
        "",
    ]
    for part in model.classes:
        told = ", ".join(
            f"{name} {weight:.2f}"
            for name, weight in zip(part.features, part.weights.tolist(), strict=True)
        )
        lines.append(
            f"- {part.asset_class}: {told}; transfer sd {part.transfer_sd:.2f}; "
            f"{part.n_positive} with, {part.n_negative} without"
        )
    return "\n".join([*lines, "", LIMITS])


def _data(table: Table) -> list[str]:
    counts = (
        table.sites.group_by("family", "licence_class")
        .agg(pl.len().alias("sites"), pl.col("group_id").n_unique().alias("homes or buildings"))
        .sort("family", "licence_class")
    )
    rows = ["| family | licence class | sites of 28 days and more | homes or buildings |"]
    rows.append("|---|---|---|---|")
    rows += [f"| {a} | {b} | {c} | {d} |" for a, b, c, d in counts.iter_rows()]
    return rows


def _split(table: Table, result: Trained) -> list[tuple[str, np.ndarray]]:
    made = (table.sites["family"] == SIMULATED).to_numpy()[result.rows]
    return [("real", ~made), ("simulated", made)]


def _presence_rows(table: Table, place: int, result: Trained) -> list[str]:
    label = table.labels[result.rows, place]
    out = []
    for kind, logit in (("grouped", result.grouped), ("family", result.by_family)):
        for name, here in _split(table, result):
            use = here & np.isfinite(logit)
            if not use.any():
                continue
            z, y = logit[use], label[use]
            chance = 0.5 * (1 + np.tanh(z / 2))
            out.append(
                f"| {ASSET_CLASSES[place]} | {name}, {kind} | {y.size} | {int(y.sum())} "
                f"| {_told(figures.auc(z, y))} | {_told(figures.macro_f1(z >= 0, y))} "
                f"| {_share(z[y == 1] >= 0)} | {_share(z[y == 0] < 0)} "
                f"| {_told(figures.brier(chance, y))} | {_told(figures.ece(chance, y))} |"
            )
    return out


def _family_rows(table: Table, place: int, result: Trained) -> list[str]:
    label = table.labels[result.rows, place]
    family = table.sites["family"].to_numpy()[result.rows]
    out = []
    for name in np.unique(family):
        use = (family == name) & np.isfinite(result.by_family)
        if use.any():
            z, y = result.by_family[use], label[use]
            out.append(
                f"| {ASSET_CLASSES[place]} | {name} | {y.size} | {int(y.sum())} "
                f"| {int((z[y == 1] >= 0).sum())} | {int((z[y == 0] >= 0).sum())} |"
            )
    return out


def _tier_rows(table: Table, place: int, result: Trained) -> list[str]:
    label = table.labels[result.rows, place]
    reach = BOUND_SD * result.spread
    out = []
    for name, here in _split(table, result):
        use = here & np.isfinite(result.grouped)
        if not use.any():
            continue
        z, y = result.grouped[use], label[use]
        high = z - reach[use] > np.log(_RULE.high_above / (1 - _RULE.high_above))
        medium = ~high & (z >= np.log(_RULE.medium_from / (1 - _RULE.medium_from)))
        out.append(
            f"| {ASSET_CLASSES[place]} | {name} | {int(high.sum())} | {_share(y[high] == 1)} "
            f"| {int(medium.sum())} | {_share(y[medium] == 1)} |"
        )
    return out


def _explained_rows(explained: pl.DataFrame) -> list[str]:
    """Attribution against the real sub-meters, medians over sites."""
    told = ("half_hourly_r2", "daily_r2", "mcc", "energy_error", "mae_kw")
    # A site whose sub-meter never changes has no such figure; it is left out of that median.
    medians = (pl.col(name).fill_nan(None).median() for name in told)
    found = (
        explained.filter(pl.col("mae_kw").is_not_nan())
        .group_by("asset_class", "family", "premises")
        .agg(pl.len().alias("sites"), *medians)
        .sort("asset_class", "family", "premises")
    )
    rows = [
        "",
        "## Attribution against the sub-meter",
        "",
        "The class is given; medians over sites. No weight was fitted to these sub-meters, but the",
        "rules were written and chosen with these figures in view (the battery's energy balance,",
        "the cap on solar), so they are no held-out check.",
        "",
        "| class | family | premises | sites | half-hourly R2 | daily R2 | MCC operating "
        "| energy error | MAE kW |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, family, premises, sites, *figures_of in found.iter_rows():
        cells = " | ".join("-" if value is None else f"{value:.2f}" for value in figures_of)
        rows.append(f"| {name} | {family} | {premises} | {sites} | {cells} |")
    return rows


def _share(right: np.ndarray) -> str:
    if not right.size:
        return "-"
    low, high = figures.wilson(int(right.sum()), right.size)
    return f"{right.mean():.2f} ({low:.2f}-{high:.2f})"


def _told(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"
