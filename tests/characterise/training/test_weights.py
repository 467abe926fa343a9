"""Weights of training rows: both sides alike, no source and no family drowns the others."""

import numpy as np
import polars as pl
import pytest

from characterise.training.weights import effective, weights


def rows(*parts):
    names, sources, families, labels = [], [], [], []
    for source, family, label, n in parts:
        names += [f"{source}-{family}-{label}-{k}" for k in range(n)]
        sources += [source] * n
        families += [family] * n
        labels += [label] * n
    sites = pl.DataFrame({"mpan": names, "source": sources, "family": families, "kept": 0})
    return sites, np.array(labels, dtype=float)


def test_both_sides_count_alike():
    sites, label = rows(("real", "a", 1, 3), ("simulated", "s", 1, 90), ("simulated", "s", 0, 400))
    found = weights(sites, label)
    assert found[label == 1].sum() == pytest.approx(0.5)
    assert found[label == 0].sum() == pytest.approx(0.5)


def test_few_real_sites_do_not_rule_a_side():
    made = (("simulated", "s", 1, 90), ("simulated", "s", 0, 90))
    for few, many in (((3, 90), (90, 90)), ((90, 3), (90, 90))):
        held = []
        for with_it, without in (few, many):
            sites, label = rows(("real", "a", 1, with_it), ("real", "a", 0, without), *made)
            real = (sites["source"] == "real").to_numpy()
            held.append(weights(sites, label)[real & (label == 1)].sum())
        assert held[0] < 0.11
        assert held[1] > 0.2


def test_a_source_of_one_side_teaches_nothing():
    sites, label = rows(("real", "a", 1, 90), ("simulated", "s", 1, 90), ("simulated", "s", 0, 90))
    found = weights(sites, label)
    assert found[(sites["source"] == "real").to_numpy()].sum() == 0
    assert found[label == 1].sum() == pytest.approx(0.5)


def test_sources_of_one_side_each_are_all_there_is():
    sites, label = rows(("real", "a", 1, 30), ("simulated", "s", 0, 90))
    found = weights(sites, label)
    assert found[label == 1].sum() == pytest.approx(0.5)
    assert found[label == 0].sum() == pytest.approx(0.5)


def test_a_family_counts_by_the_root_of_its_size():
    sites, label = rows(("real", "big", 1, 100), ("real", "small", 1, 25), ("real", "c", 0, 10))
    found = weights(sites, label)
    family = sites["family"].to_numpy()
    assert found[family == "big"].sum() == pytest.approx(2 * found[family == "small"].sum())


def test_the_histories_of_one_site_share_its_weight():
    sites, label = rows(("real", "a", 1, 2), ("real", "a", 0, 2))
    again = sites.filter(pl.col("mpan") == "real-a-1-0")
    twice = pl.concat([sites, again.with_columns(pl.lit(30, dtype=pl.Int32).alias("kept"))])
    found = weights(twice, np.append(label, 1.0))
    names = twice["mpan"].to_numpy()
    assert found[names == "real-a-1-0"].sum() == pytest.approx(found[1])


def test_equal_weights_are_worth_their_number():
    assert effective(np.ones(7)) == pytest.approx(7)
    assert effective(np.array([1.0, 0, 0])) == pytest.approx(1)
