"""Answers to calls: real ones beside ordinary days, and laid ones beside what was laid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from characterise.asset_classes import ASSET_CLASSES, FLEXIBLE_DEMAND
from characterise.model import load_model
from characterise.scoring.intervals import auc_interval, median_interval, percentile
from characterise.training.corpus import Batch, real_batches
from characterise.training.curtailments import STATISTICS, curtailed, errors, only_days
from characterise.training.figures import auc
from characterise.training.responses import day_scores, evidence, without_events

SEED = 7
MOVES = 5
"""Times that the calls are moved to other ordinary days."""
WITHIN = 0.25
YEARS = (365, 1461)
"""First days of two years of the buildings, counted from their first reading."""
SHARES = (0.05, 0.1, 0.2, 0.3)

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@pytest.fixture(scope="module")
def buildings(real_data: Path) -> Batch:
    """Californian buildings with logged curtailments; no model was trained on them."""
    [batch] = real_batches(real_data, ["usc_dr_experiments"])
    return batch


@pytest.fixture(scope="module")
def campus(real_data: Path) -> Batch:
    [batch] = real_batches(real_data, ["cambridge_estates_v2_1"])
    return batch


def test_called_days_beside_ordinary_days_of_one_building(benchmark: Any, buildings: Batch) -> None:
    scores = benchmark.pedantic(day_scores, (buildings.cube, buildings.signals, SEED), rounds=1)
    rows, each = scores.auc()
    group = _groups(buildings)[rows]
    middle = median_interval(each, group)
    benchmark.extra_info["mean auc of a building"] = _shown(
        lambda at: float(each[at].mean()), group
    )
    benchmark.extra_info["median auc of a building"] = [round(one, 3) for one in middle]
    benchmark.extra_info["buildings at 0.75"] = _shown(
        lambda at: float((each[at] >= 0.75).mean()), group
    )
    days = scores.called.astype(np.float64)
    benchmark.extra_info["auc of all days"] = [
        round(one, 3)
        for one in (
            auc(scores.rank, days),
            *auc_interval(scores.rank, days, _groups(buildings)[scores.row]),
        )
    ]
    benchmark.extra_info["called, ordinary, buildings, groups"] = [
        int(scores.called.sum()),
        int((~scores.called).sum()),
        len(rows),
        len(np.unique(group)),
    ]
    # The same with calls that nobody made: what the comparison itself would give.
    idle = day_scores(*without_events(buildings.cube, buildings.signals, SEED), SEED)
    idle_rows, chance = idle.auc()
    benchmark.extra_info["mean auc of a building, calls moved"] = _shown(
        lambda at: float(chance[at].mean()), _groups(buildings)[idle_rows]
    )
    assert len(rows) == buildings.cube.n_meters
    assert np.isfinite(each).all()
    assert (~scores.called).sum() > scores.called.sum() > 0


def test_buildings_beside_themselves_without_their_called_days(
    benchmark: Any, buildings: Batch
) -> None:
    part = load_model().classes[ASSET_CLASSES.index(FLEXIBLE_DEMAND)]

    def judged() -> list[tuple[Array, Array]]:
        sides = [(buildings.cube, buildings.signals)]
        sides += [without_events(*sides[0], SEED + move) for move in range(MOVES)]
        return [evidence(cube, signals, part) for cube, signals in sides]

    found = benchmark.pedantic(judged, rounds=1)
    n = buildings.cube.n_meters
    label = np.repeat([1.0, 0.0], [n, n * MOVES])
    cluster = np.tile(_groups(buildings), 1 + MOVES)
    for place, name in enumerate(("rank z", "logit of the model")):
        held = np.concatenate([side[place] for side in found])
        # What cannot be judged stands at chance.
        score = np.nan_to_num(held, nan=0.0)
        benchmark.extra_info[f"auc, {name}"] = [
            round(one, 3) for one in (auc(score, label), *auc_interval(score, label, cluster))
        ]
        benchmark.extra_info[f"unjudged, {name}"] = int(np.isnan(held).sum())
    logit = np.concatenate([side[1] for side in found])
    benchmark.extra_info["present of called, of moved"] = [
        round(float((logit[label == side] >= 0).mean()), 3) for side in (1, 0)
    ]
    benchmark.extra_info["model"] = load_model().version
    assert np.isfinite(found[0][0]).all()
    assert all(len(side[0]) == n for side in found)


@pytest.mark.parametrize("share", SHARES)
def test_curtailments_laid_over_buildings(benchmark: Any, campus: Batch, share: float) -> None:
    """Sizes need no training; the model that says who is present was trained on these buildings."""
    part = load_model().classes[ASSET_CLASSES.index(FLEXIBLE_DEMAND)]
    laid = [curtailed(only_days(campus.cube, first, 365), share, SEED + first) for first in YEARS]
    off = np.concatenate(benchmark.pedantic(lambda: [errors(one) for one in laid], rounds=1))
    seen = np.concatenate([evidence(one.cube, one.signals, part)[1][one.rows] >= 0 for one in laid])
    group = np.concatenate([_groups(campus)[one.rows] for one in laid])
    known = np.isfinite(off).all(axis=1)
    near = (np.abs(off) <= WITHIN).astype(np.float64)
    for place, name in enumerate(STATISTICS):
        for title, rows in (("", known), (" of those present", known & seen)):
            benchmark.extra_info[f"{name} within a quarter{title}"] = _share(
                near[rows, place], group[rows]
            )
        middle = median_interval(off[known, place], group[known])
        benchmark.extra_info[f"{name} median error"] = [round(one, 3) for one in middle]
    benchmark.extra_info["building-years, present"] = [int(known.sum()), int((known & seen).sum())]
    assert known.sum() > 0
    assert (off[known] >= -1).all()


def _share(near: Array, group: Index) -> list[float]:
    return _shown(lambda at: float(near[at].mean()), group) if len(near) else []


def _shown(figure: Callable[[Index], float], group: Index) -> list[float]:
    """A figure of all rows, and its central 95 % over buildings resampled by group."""
    every = np.arange(len(group))
    return [round(one, 3) for one in (figure(every), *percentile(figure, group))]


def _groups(batch: Batch) -> Index:
    return np.unique(batch.sites["group_id"].to_numpy(), return_inverse=True)[1].astype(np.int64)
