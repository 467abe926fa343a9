"""The whole of training: labelled meters in, artefact and card out, the same bytes each time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise import simulate
from characterise.asset_classes import ASSET_CLASSES
from characterise.model import PresenceModel, digest, to_json
from characterise.training.card import card
from characterise.training.corpus import data_folder, real_batches, simulated_batches
from characterise.training.explained import attribution_figures
from characterise.training.fit import train_class
from characterise.training.table import Table, table_of


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
    """Real sites, where ``folder`` has any, and simulated ones."""
    real = real_batches(folder) if folder is not None else ()
    return table_of(chain(simulated_batches(made.population()), real))


def train_without(table: Table, rows_to_leave_out: npt.NDArray[np.bool_]) -> PresenceModel:
    """Train every class on the table without some of its rows."""
    rest = table.at(~rows_to_leave_out)
    parts = tuple(train_class(rest, place).model for place in range(len(ASSET_CLASSES)))
    return PresenceModel(version=digest(parts), classes=parts)


def train(out: Path, made: Simulated = DEFAULT, folder: Path | None = None) -> PresenceModel:
    """Train every class and write ``presence.json`` and ``MODEL_CARD.md`` into ``out``."""
    real = folder or data_folder()
    folder = real if (real / "meters").is_dir() else None
    table = training_table(made, folder)
    results = [train_class(table, place) for place in range(len(ASSET_CLASSES))]
    parts = tuple(result.model for result in results)
    model = PresenceModel(version=digest(parts), classes=parts)
    about = (
        f"Simulated: {made.homes} homes and {made.businesses} businesses of {made.n_days} days "
        f"from {made.first_day}, seed {made.seed} (`characterise.simulate`, Apache-2.0). Real: the "
        "corpus of `FMAR_DATA`; only sites of licence class `open` train, each under the open "
        "licence that its `sites.parquet` row names."
    )
    explained = attribution_figures(real_batches(folder)) if folder is not None else None
    out.mkdir(parents=True, exist_ok=True)
    (out / "presence.json").write_text(to_json(model), encoding="utf-8")
    (out / "MODEL_CARD.md").write_text(
        card(model, table, results, about, explained), encoding="utf-8"
    )
    return model
