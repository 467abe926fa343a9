"""Views of a site: an export register hidden, one site counted once whatever views it has."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from characterise import simulate
from characterise.asset_classes import ASSET_CLASSES
from characterise.training.card_tables import presence
from characterise.training.corpus import simulated_batches
from characterise.training.fit import rows_of
from characterise.training.histories import HIDDEN, WHOLE, cuts, without_export
from characterise.training.judge import Trained
from characterise.training.table import Table, table_of
from characterise.training.weights import SIMULATED, weights


@pytest.fixture(scope="module")
def batch():
    people = simulate.population(
        homes=16, businesses=8, first_day=dt.date(2024, 4, 1), n_days=40, seed=11
    )
    [found] = simulated_batches(people)
    return found


@pytest.fixture(scope="module")
def table(batch):
    return table_of([batch], SIMULATED)


def test_a_hidden_register_takes_the_export_and_leaves_the_import(batch):
    cube = without_export(batch.cube)
    assert np.nanmax(batch.cube.export_kw) > 0
    assert np.nanmax(cube.export_kw) == 0
    assert np.array_equal(np.isnan(cube.export_kw), np.isnan(cube.import_kw))
    assert np.array_equal(cube.import_kw, batch.cube.import_kw, equal_nan=True)
    assert set(cube.has_export) == {0}
    assert not cube.meters["has_export_register"].any()


def test_only_a_site_that_exports_has_a_hidden_view(batch):
    labels = {view.kept: view.labels for view in cuts(batch, made=False)}
    exports = (np.nan_to_num(batch.cube.export_kw) > 0).any(axis=(1, 2))
    assert 0 < exports.sum() < exports.size
    assert np.array_equal(np.isfinite(labels[HIDDEN]).any(axis=1), exports)
    assert np.array_equal(labels[HIDDEN][exports], labels[WHOLE][exports])


def test_a_hidden_view_does_not_make_a_site_count_double(table):
    label = table.labels[:, ASSET_CLASSES.index("SOLAR_PV")]
    known = np.isfinite(label)
    rows = table.at(known)
    weight = weights(rows.sites, label[known])
    names = rows.sites["mpan"].to_numpy()
    side = label[known]
    hidden = (rows.sites["kept"] == HIDDEN).to_numpy()
    assert hidden.any()
    for one in (0.0, 1.0):
        each = [weight[names == name].sum() for name in np.unique(names[side == one])]
        assert each == pytest.approx([each[0]] * len(each))


def test_what_cannot_be_seen_is_counted_and_not_learnt_from(table):
    place = ASSET_CLASSES.index("SOLAR_PV")
    with_it = np.flatnonzero(table.labels[:, place] == 1)
    faint = table.faint.copy()
    faint[with_it[:3], place] = True
    labels = np.where(faint, np.nan, table.labels)
    rows = rows_of(Table(table.sites, labels, table.features, faint), place)
    assert rows.faint.sum() == faint[:, place].sum()
    assert (rows.label[rows.faint] == 1).all()
    turned = replace(rows, values=np.where(rows.faint[:, None], 1e6, rows.values))
    every = np.ones(len(rows.label), dtype=bool)
    assert np.array_equal(
        rows.fit(every).logit(rows.values), turned.fit(every).logit(rows.values)
    )  # no tree looked at them
    raw = np.where(rows.label == 1, 3.0, -3.0)
    raw[rows.faint] = -3.0
    none = replace(rows, faint=np.zeros_like(rows.faint))
    assert np.array_equal(rows.calibrate(raw, every)[2], none.calibrate(raw, every)[2])


def test_by_import_alone_each_site_is_judged_once(table):
    bare = table.at(table.import_alone)
    assert bare.sites["mpan"].is_unique().all()
    assert set(bare.sites["mpan"]) == set(table.sites["mpan"])
    assert (bare.sites["kept"] == HIDDEN).any()
    assert (bare.sites["kept"] == WHOLE).any()


def test_the_card_tells_what_a_hidden_export_costs(table):
    place = ASSET_CLASSES.index("SOLAR_PV")
    rows = np.flatnonzero(np.isfinite(table.labels[:, place]))
    label = table.labels[rows, place]
    hidden = (table.sites["kept"] == HIDDEN).to_numpy()[rows]
    logit = np.where(label == 1, np.where(hidden, -3.0, 3.0), -3.0)
    nothing, nobody = np.full(len(rows), np.nan), np.zeros(0, dtype=np.int64)
    empty = (np.zeros(0),) * 3
    result = Trained(None, rows, logit, logit, logit, nothing, nobody, empty)
    told = {line.split("|")[2].strip(): line for line in presence(table, place, result)}
    seen, unseen = (told[f"simulated, grouped{end}"] for end in ("", ", export hidden"))
    assert "| 1.000 | 1.000 |" in seen
    assert "| 1.000 | 1.000 |" not in unseen


def test_the_card_counts_what_cannot_be_seen_against_calibration_alone(table):
    place = ASSET_CLASSES.index("EV_CHARGER")
    rows = np.flatnonzero(np.isfinite(table.labels[:, place]) & table.whole)
    logit = np.where(table.labels[rows, place] == 1, 6.0, -6.0)
    nothing = np.full(len(rows), np.nan)
    told = []
    for n_faint in (0, 3):
        missed = (np.full(n_faint, -6.0), *(np.full(n_faint, np.nan),) * 2)
        result = Trained(None, rows, logit, logit, nothing, nothing, rows[:n_faint], missed)
        [line] = presence(table, place, result)
        told.append([cell.strip() for cell in line.split("|")])
    assert told[0][:9] == told[1][:9]
    assert float(told[1][9]) > float(told[0][9]) + 0.05  # Brier
