"""Honest figures on sites that a model could have seen: train without them, then judge them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.errors import InvalidFrame
from characterise.model import to_json
from characterise.scoring.engine_runs import Fold
from characterise.scoring.groups import FAMILY, GROUP, KINDS, REAL
from characterise.scoring.truth import Truth
from characterise.training.corpus import SIMULATED
from characterise.training.folds import clusters, folds
from characterise.training.table import Table
from characterise.training.train import train_without

Flags = npt.NDArray[np.bool_]

N_FOLDS: Final = 5


def leave_out(
    truth: Truth,
    table: Table,
    kind: str,
    models: Path,
    progress: Callable[[str], None] | None = None,
) -> list[Fold]:
    """Train one model a fold without its sites, and write it into ``models``.

    Parameters
    ----------
    kind
        One of `KINDS`, or the name of a single family.
    progress
        Called with the name of each fold before it is trained.

    Notes
    -----
    Families that no training row is of, or akin to, share the model that saw every row.
    """
    models.mkdir(parents=True, exist_ok=True)
    may_train = (table.sites["licence_class"] == "open").to_numpy()
    cluster = clusters(table.sites)
    made: list[Fold] = []
    trained: dict[bytes, Path] = {}
    for name, mpan, rows in plan(truth.sites, table.sites, kind):
        kept = may_train & ~np.isin(cluster, np.unique(cluster[rows]))
        if kept.tobytes() not in trained:
            if progress is not None:
                progress(name)
            model = train_without(table, rows)
            path = models / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}-{model.version}.json"
            path.write_text(to_json(model), encoding="utf-8")
            trained[kept.tobytes()] = path
        made.append(Fold(name, mpan, trained[kept.tobytes()]))
    return made


def plan(
    sites: pl.DataFrame, trained: pl.DataFrame, kind: str
) -> Iterator[tuple[str, list[str], Flags]]:
    """Name, meters to judge, and (N,) training rows to leave out, of each fold.

    Parameters
    ----------
    sites, trained
        mpan, family, group_id and trace_id of the sites to judge and of the training table.
    """
    keys = ["mpan", "group_id", "trace_id"]
    family = trained["family"].fill_null("").to_numpy()
    if kind == REAL:
        yield "real", sites["mpan"].to_list(), family != SIMULATED
    elif kind == GROUP:
        strangers = sites.join(trained, on="mpan", how="anti")
        every = pl.concat([frame.select(keys) for frame in (trained, strangers)])
        names = every["mpan"].to_list()
        fold = folds(clusters(every), names, N_FOLDS)
        of_site = dict(zip(names, fold.tolist(), strict=True))
        for number in range(N_FOLDS):
            mine = [mpan for mpan in sites["mpan"] if of_site[mpan] == number]
            if mine:
                yield f"fold {number + 1}", mine, fold[: len(trained)] == number
    else:
        known = sites["family"].drop_nulls().unique().sort().to_list()
        if kind != FAMILY and kind not in known:
            raise InvalidFrame(
                f"no site is of family {kind!r}; use {', '.join(KINDS)} or one of {known}"
            )
        if not known:
            raise InvalidFrame("the labels name no family; add the column to sites, or use group")
        for name in known if kind == FAMILY else [kind]:
            mine = sites.filter(pl.col("family") == name)["mpan"].to_list()
            yield name, mine, _kin(sites.filter(pl.col("family") == name), trained, family == name)


def _kin(mine: pl.DataFrame, trained: pl.DataFrame, same_family: Flags) -> Flags:
    """Training rows of a family, and whatever shares a home, building or trace with it."""
    out = same_family.copy()
    for key in ("mpan", "group_id", "trace_id"):
        shared = mine[key].drop_nulls().unique()
        out |= trained[key].is_in(shared.implode()).fill_null(value=False).to_numpy()
    return out
