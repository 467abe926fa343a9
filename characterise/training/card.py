"""The model card: what it was trained on, how well it did on what it never saw, its limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from characterise.model import ClassModel, PresenceModel
from characterise.presence import TierRule
from characterise.training import card_tables as tables
from characterise.training.judge import Trained
from characterise.training.table import Table

LIMITS = """## Limits
- Probabilities hold at a prevalence of one half; `prevalence` of `presence.assess` moves them.
- Batteries: real ones here are two dispatch traces, scaled. Nearly all that the model knows of
  batteries is simulated; no accuracy on real batteries is claimed.
- Flexible demand is judged only where dispatch signals are given. Real sites with events have no
  real negatives beside them: figures on simulated responses are the only two-sided ones.
- Heat pumps: the real ones are German (one family). Without measured temperature none is high.
- EV homes of the real corpus join real charging sessions to other homes, with flat 3.6 or 7.2 kW
  power within a session.
- The simulator's homes, heat pumps and university buildings are drawn from populations fitted to
  about half of the sites of lcl, wpuq and cambridge_estates, and the model trains on the simulator:
  figures on the families lcl, wpuq and ucam, left out or not, are not blind.
- Sources that were hourly and split evenly in two (source_minutes = 60 in the corpus) hide partial
  half-hours; figures on them are of hourly detail.
- Overlays take what is unknown of a London home of 2013 or a university building as absent.
- Between families of sites the logit shifts; that spread (`transfer_sd`) is inside the bounds, so
  a class that carries over badly seldom reaches the high tier. That is intended.
"""

_RULE: Final = TierRule()


def card(
    model: PresenceModel,
    table: Table,
    results: Sequence[Trained],
    about: str,
    capability: pl.DataFrame,
    explained: pl.DataFrame | None = None,
) -> str:
    """Markdown text of the card.

    Parameters
    ----------
    about
        How the simulated part was made, for the reader who repeats it.
    capability
        `characterise.training.capability_errors.checked`.
    explained
        `characterise.training.explained.FIGURES` on the real sub-meters, where there are any.
    """
    every = list(enumerate(results))
    lines = [
        f"# Presence model {model.version}",
        "",
        "Boosted trees a class on physical features, each used only in the direction physics",
        "allows; Platt scaling by length of history on logits of sites not seen, above a floor for",
        "assets too small to be seen; bounds by Venn-Abers evidence, the jackknife and the spread",
        "between families. `make train` repeats it, byte for byte.",
        "",
        "## Data",
        "",
        about,
        "",
        *tables.data(table),
        "",
        "## Figures on sites that were not trained on",
        "",
        "`grouped`: folds that share no home, building or charging trace. `family`: the whole",
        "family left out, and what shares a trace with it. `simulated only`: trained on simulated",
        "sites alone. `overlay`: simulated assets over real boundaries. Real `measure_only` sites",
        "are measured here and never trained on. `export hidden`: the same sites by their import",
        "registers alone. Brier and ECE are weighed to prevalence one half and count simulated",
        "assets too small to be seen, which the other figures leave out.",
        "",
        *tables.PRESENCE_HEAD,
        *(row for place, result in every for row in tables.presence(table, place, result)),
        "",
        "By days of history, grouped folds, macro-F1 (AUC):",
        "",
        *tables.HISTORY_HEAD,
        *(row for place, result in every for row in tables.by_history(table, place, result)),
        "",
        "By family, real sites with all their history, the family left out; called = probability",
        ">= 0.5:",
        "",
        *tables.FAMILY_HEAD,
        *(row for place, result in every for row in tables.by_family(table, place, result)),
        "",
        f"Tiers, grouped folds, all views (high: lower bound > {_RULE.high_above}; "
        f"medium: other >= {_RULE.medium_from}):",
        "",
        *tables.TIER_HEAD,
        *(row for place, result in every for row in tables.by_tier(table, place, result, _RULE)),
    ]
    lines += tables.capability(capability)
    if explained is not None:
        lines += tables.attribution(explained)
    lines += [
        "",
        "## What it leans on",
        "",
        "Mean change of the logit over the training sites when a feature is made unknown.",
        "",
        *(
            _leaning(part, table, result)
            for part, result in zip(model.classes, results, strict=True)
        ),
    ]
    return "\n".join([*lines, "", LIMITS])


def _leaning(part: ClassModel, table: Table, result: Trained) -> str:
    values = tables.weighed(table, result, part)
    base = part.trees.logit(values)
    change = []
    for column, name in enumerate(part.features):
        blank = values.copy()
        blank[:, column] = np.nan
        change.append((float(np.abs(part.trees.logit(blank) - base).mean()), name))
    told = ", ".join(f"{name} {size:.2f}" for size, name in sorted(change, reverse=True))
    unseen = 0.5 * (1 + np.tanh(0.5 * part.unseen[0]))
    return (
        f"- {part.asset_class}: {told}; slope {part.slope[0]:.2f}, unseen {unseen:.3f}, "
        f"jackknife sd {part.fit_sd:.2f}, transfer sd {part.transfer_sd:.2f}; "
        f"{part.n_positive} with, {part.n_negative} without"
    )
