"""Whoever is judged was not seen: neither its family, nor its home, nor its trace."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from characterise.errors import InvalidFrame
from characterise.model import load_model
from characterise.scoring import leave_out as leave_out_module
from characterise.scoring.leave_out import N_FOLDS, leave_out, plan
from characterise.scoring.truth import Truth
from characterise.training.table import Table


@pytest.fixture
def sites():
    n = 40
    return pl.DataFrame(
        {
            "mpan": [f"m{i}" for i in range(n)],
            "family": ["x" if i % 2 else "y" for i in range(n)],
            "group_id": [f"g{i // 4}" for i in range(n)],
            "trace_id": ["t0" if i in (0, 39) else None for i in range(n)],
        }
    )


@pytest.fixture
def trained(sites):
    """Half of the sites, a copy of each with an asset laid over it, and simulated ones."""
    known = sites.head(20)
    laid = known.with_columns((pl.col("mpan") + "+1").alias("mpan"))
    made = pl.DataFrame({"mpan": ["s1", "s2"], "family": ["simulated"] * 2,
                         "group_id": ["s1", "s2"], "trace_id": [None, "t0"]})  # fmt: skip
    return pl.concat([known, laid, made], how="vertical_relaxed")


def test_groups_are_judged_once_by_models_that_saw_none_of_their_kin(sites, trained):
    seen = []
    for _, mpan, rows in plan(sites, trained, "group"):
        seen += mpan
        judged = sites.filter(pl.col("mpan").is_in(mpan))
        kept = trained.filter(pl.Series(~rows))
        for key in ("mpan", "group_id", "trace_id"):
            shared = set(judged[key].drop_nulls()) & set(kept[key].drop_nulls())
            assert not shared, (key, shared)
    assert sorted(seen) == sorted(sites["mpan"])
    assert 1 < len(list(plan(sites, trained, "group"))) <= N_FOLDS


def test_each_family_is_judged_by_a_model_without_it_and_without_its_traces(sites, trained):
    found = list(plan(sites, trained, "family"))
    assert [name for name, _, _ in found] == ["x", "y"]
    for name, mpan, rows in found:
        assert mpan == sites.filter(pl.col("family") == name)["mpan"].to_list()
        assert rows[(trained["family"] == name).to_numpy()].all()
        assert rows[(trained["trace_id"] == "t0").fill_null(value=False).to_numpy()].all()
    assert not found[0][2].all()


def test_one_family_may_be_named(sites, trained):
    [(name, mpan, _)] = plan(sites, trained, "x")
    assert name == "x"
    assert len(mpan) == 20
    with pytest.raises(InvalidFrame, match="'z'"):
        list(plan(sites, trained, "z"))
    with pytest.raises(InvalidFrame, match="no family"):
        list(plan(sites.with_columns(family=pl.lit(None, pl.String)), trained, "family"))


def test_without_real_sites_only_simulated_ones_teach(sites, trained):
    [(_, mpan, rows)] = plan(sites, trained, "real")
    assert mpan == sites["mpan"].to_list()
    assert trained.filter(pl.Series(~rows))["family"].unique().to_list() == ["simulated"]


def test_strangers_are_judged_with_everything_that_is_not_theirs(sites):
    others = sites.with_columns(
        pl.format("o{}", "mpan").alias("mpan"),
        pl.format("o{}", "group_id").alias("group_id"),
        pl.lit(None, pl.String).alias("trace_id"),
        pl.lit("z").alias("family"),
    )
    [(_, _, rows)] = plan(sites.head(4).with_columns(trace_id=pl.lit(None, pl.String)), others, "y")
    assert not rows.any()
    assert rows.dtype == np.bool_


def test_families_that_taught_nothing_share_one_model(sites, trained, tmp_path, monkeypatch):
    seen = []

    def without(table, rows):
        seen.append(rows)
        return load_model()

    monkeypatch.setattr(leave_out_module, "train_without", without)
    home = pl.col("mpan").str.replace(r"\+1", "").alias("group_id")
    nobody = pl.lit(None, pl.String).alias("trace_id")
    lone = sites.with_columns(home, nobody)
    strangers = [
        lone.with_columns(pl.format(f"{name}-{{}}", key).alias(key) for key in ("mpan", "group_id"))
        .with_columns(family=pl.lit(name))
        .head(3)
        for name in ("p", "q")
    ]
    truth = Truth(tmp_path, pl.concat([lone, *strangers]))
    known = trained.with_columns(home, nobody, licence_class=pl.lit("open"))
    table = Table(known, np.zeros((0, 5)), (), np.zeros((0, 5), bool))
    folds = leave_out(truth, table, "family", tmp_path / "models")
    models = {fold.name: fold.model for fold in folds}
    assert list(models) == ["p", "q", "x", "y"]
    assert len(seen) == 3
    assert not seen[0].any()
