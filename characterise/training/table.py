"""One row a labelled site: what it is, its labels, and every class's features."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.signatures import features
from characterise.signatures.ev_charger import LARGE_KW
from characterise.training.corpus import Batch, label_table

Array = npt.NDArray[np.float64]
MIN_DAYS = 28.0
"""Sites with fewer known days teach nothing and are not judged."""


@dataclass(frozen=True, slots=True)
class Table:
    """N sites in the order of their names."""

    sites: pl.DataFrame
    labels: Array
    """(N, 5) 1, 0, or NaN where unknown."""
    features: tuple[Array, ...]
    """(N, F) a class."""

    def at(self, rows: npt.NDArray[np.bool_]) -> Table:
        """The sites where ``rows`` holds."""
        return Table(
            self.sites.filter(pl.Series(rows)),
            self.labels[rows],
            tuple(part[rows] for part in self.features),
        )


def table_of(batches: Iterable[Batch]) -> Table:
    """Compute features of every batch and put the sites in the order of their names."""
    sites, labels, parts = [], [], []
    for batch in batches:
        made = features(batch.cube, batch.signals)
        days = np.isfinite(batch.cube.import_kw).sum(axis=(1, 2)) / 48
        keep = ("mpan", "dataset", "family", "group_id", "trace_id", "licence_class", "premises")
        facts = [pl.Series("days", days), pl.Series("large", _large(batch))]
        sites.append(batch.sites.select(*keep).with_columns(facts))
        labels.append(label_table(batch.sites))
        parts.append([part.astype(np.float64) for part in made])
    every = pl.concat(sites, how="vertical_relaxed")
    order = every["mpan"].arg_sort().to_numpy()
    enough = (every["days"] >= MIN_DAYS).to_numpy()[order]
    columns = [np.concatenate(column)[order] for column in zip(*parts, strict=True)]
    return Table(every[order], np.concatenate(labels)[order], tuple(columns)).at(enough)


def _large(batch: Batch) -> npt.NDArray[np.bool_]:
    """(M,) over `LARGE_KW` in 1 % of half-hours: a business, whatever its papers say."""
    out = [np.nanquantile(np.abs(one), 0.99) for one in _known(batch)]
    return np.asarray(np.array(out) > LARGE_KW)


def _known(batch: Batch) -> list[npt.NDArray[np.float32]]:
    net = batch.cube.net_kw
    return [
        one[np.isfinite(one)] if np.isfinite(one).any() else np.zeros(1, one.dtype) for one in net
    ]
