"""The whole of training: labelled meters in, artefact and card out, the same bytes each time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise import simulate
from characterise.asset_classes import ASSET_CLASSES
from characterise.capability.error_model import to_json as to_text
from characterise.model import PresenceModel, digest, to_json
from characterise.training.capability_errors import checked, error_model, misses
from characterise.training.card import card
from characterise.training.corpus import data_folder, real_batches, simulated_batches
from characterise.training.explained import attribution_figures
from characterise.training.fit import class_model, rows_of
from characterise.training.folds import clusters
from characterise.training.judge import train_class
from characterise.training.overlay import VARIANTS, overlaid
from characterise.training.overlay_chargers import charging_logs, with_chargers
from characterise.training.table import Table, joined, table_of
from characterise.training.weights import OVERLAY, REAL, SIMULATED


@dataclass(frozen=True, slots=True)
class Simulated:
    """How the simulated part is drawn."""

    homes: int = 500
    businesses: int = 250
    first_day: dt.date = dt.date(2024, 1, 1)
    n_days: int = 366
    seed: int = 20261120

    def population(self) -> simulate.Population:
        """Draw it."""
        return simulate.population(
            homes=self.homes,
            businesses=self.businesses,
            first_day=self.first_day,
            n_days=self.n_days,
            seed=self.seed,
        )


DEFAULT: Final = Simulated()


def training_table(made: Simulated, folder: Path | None) -> Table:
    """Simulated sites and, where ``folder`` has any, real ones and what was laid over them."""
    people = made.population()
    parts = [table_of(simulated_batches(people), SIMULATED)]
    if folder is not None:
        parts.append(table_of(real_batches(folder), REAL))
        parts.append(table_of(overlaid(real_batches(folder), made.seed), OVERLAY))
        logs = charging_logs(real_batches(folder))
        parts.append(table_of(with_chargers(real_batches(folder), logs, real=True), OVERLAY))
        parts.append(table_of(with_chargers(simulated_batches(people), logs, real=False), OVERLAY))
    return joined(parts)


def capability_misses(made: Simulated, folder: Path | None) -> pl.DataFrame:
    """`capability_errors.MISSES` of the same sites."""
    parts = [misses(simulated_batches(made.population()), SIMULATED)]
    if folder is not None:
        parts.append(misses(real_batches(folder), REAL))
        parts.append(misses(overlaid(real_batches(folder), made.seed), OVERLAY))
    return pl.concat(parts)


def train_without(table: Table, left_out: npt.NDArray[np.bool_]) -> PresenceModel:
    """A model of every class from the rows that may train and are not ``left_out``.

    Rows that share a home, a building or a trace with one left out are left out as well.
    """
    cluster = clusters(table.sites)
    away = np.isin(cluster, np.unique(cluster[left_out]))
    rest = table.at(~away)
    parts = tuple(class_model(rows_of(rest, place))[0] for place in range(len(ASSET_CLASSES)))
    return PresenceModel(version=digest(parts), classes=parts)


def train(out: Path, made: Simulated = DEFAULT, folder: Path | None = None) -> PresenceModel:
    """Train every class; write ``presence.json``, ``capability.json`` and ``MODEL_CARD.md``."""
    real = folder or data_folder()
    folder = real if (real / "meters").is_dir() else None
    table = training_table(made, folder)
    results = [train_class(table, place) for place in range(len(ASSET_CLASSES))]
    parts = tuple(result.model for result in results)
    missed = capability_misses(made, folder)
    errors = to_text(error_model(missed))
    model = PresenceModel(version=digest(parts, errors), classes=parts)
    about = (
        f"Simulated: {made.homes} homes and {made.businesses} businesses of {made.n_days} days "
        f"from {made.first_day}, seed {made.seed} (`characterise.simulate`, Apache-2.0). Real: the "
        "corpus of `FMAR_DATA`; only sites of licence class `open` train, each under the open "
        "licence that its `sites.parquet` row names. Overlay: each open real boundary with "
        f"simulated assets laid over it, {VARIANTS} times; and buildings, real and simulated, with "
        "and without an open charging log laid over them, for the charger class alone."
    )
    explained = attribution_figures(real_batches(folder)) if folder is not None else None
    out.mkdir(parents=True, exist_ok=True)
    (out / "presence.json").write_text(to_json(model), encoding="utf-8")
    (out / "capability.json").write_text(errors, encoding="utf-8")
    text = card(model, table, results, about, checked(missed), explained)
    (out / "MODEL_CARD.md").write_text(text, encoding="utf-8")
    return model
