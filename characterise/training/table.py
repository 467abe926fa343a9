"""One row a labelled site and view of it (`histories`): what it is, its labels, every feature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise import sufficiency
from characterise.asset_classes import ASSET_CLASSES
from characterise.calibration import shortness
from characterise.signatures import features
from characterise.training.corpus import Batch
from characterise.training.histories import HIDDEN, WHOLE, cuts
from characterise.training.weights import REAL

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_KEPT = ("mpan", "dataset", "family", "group_id", "trace_id", "licence_class", "premises")


@dataclass(frozen=True, slots=True)
class Table:
    """N rows, in the order of their sites' names and of days kept."""

    sites: pl.DataFrame
    """What is known of the site, ``source`` (`weights.SHARES`), ``days`` known, days ``kept``
    (`histories.WHOLE` for all, `histories.HIDDEN` for all without the export register)."""
    labels: Array
    """(N, 5) 1, 0, or NaN where unknown or too little to say."""
    features: tuple[Array, ...]
    """(N, F) a class."""
    faint: Flags
    """(N, 5) assets too small to be seen: nothing to learn from, but to be counted (`fit`)."""

    def at(self, rows: Flags) -> Table:
        """The rows where ``rows`` holds."""
        return Table(
            self.sites.filter(pl.Series(rows)),
            self.labels[rows],
            tuple(part[rows] for part in self.features),
            self.faint[rows],
        )

    @property
    def whole(self) -> Flags:
        """(N,) rows with all the history there is."""
        return np.asarray((self.sites["kept"] == WHOLE).to_numpy())

    @property
    def import_alone(self) -> Flags:
        """(N,) one row a site, of all its history as the import register alone shows it."""
        hidden = pl.col("kept") == HIDDEN
        bare = hidden | ((pl.col("kept") == WHOLE) & ~hidden.any().over("mpan"))
        return np.asarray(self.sites.select(bare).to_series().to_numpy())

    @property
    def may_train(self) -> Flags:
        """(N,) rows whose licence lets a model be trained on them."""
        return np.asarray((self.sites["licence_class"] == "open").to_numpy())

    @property
    def short(self) -> Array:
        """(N,) `characterise.calibration.shortness` of each row's history."""
        return shortness(self.sites["days"].to_numpy())


def table_of(batches: Iterable[Batch], source: str) -> Table:
    """Features and labels of every batch, in every view of `histories.cuts`."""
    parts = [part for batch in batches for part in _of_batch(batch, source)]
    return joined(parts)


def joined(tables: Sequence[Table]) -> Table:
    """Rows of several tables as one, in the order that `Table` states."""
    sites = pl.concat([table.sites for table in tables], how="vertical_relaxed")
    order = sites.with_row_index("at").sort("mpan", "kept", maintain_order=True)["at"].to_numpy()
    labels = np.concatenate([table.labels for table in tables])[order]
    columns = (
        np.concatenate([table.features[place] for table in tables])[order]
        for place in range(len(ASSET_CLASSES))
    )
    faint = np.concatenate([table.faint for table in tables])[order]
    return Table(sites[order], labels, tuple(columns), faint)


def _of_batch(batch: Batch, source: str) -> Iterator[Table]:
    for kept, cube, labels, faint in cuts(batch, made=source != REAL):
        enough = sufficiency.assess(cube)
        made = features(cube, batch.signals)
        sites = batch.sites.select(*_KEPT).with_columns(
            pl.lit(source).alias("source"),
            pl.lit(kept).alias("kept"),
            pl.Series("days", np.isfinite(cube.import_kw).sum(axis=(1, 2)) / 48),
        )
        table = Table(
            sites,
            np.where(enough.sufficient, labels, np.nan),
            tuple(part.astype(np.float64) for part in made),
            enough.sufficient & faint,
        )
        # A view that a site has not is no row; a site that says nothing yet still is one.
        labelled = np.asarray((np.isfinite(labels) | faint).any(axis=1))
        yield table if kept == WHOLE else table.at(labelled)


__all__ = ["Table", "joined", "table_of"]
