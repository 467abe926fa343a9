"""Probabilities, bounds and tiers of presence."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterise.asset_classes import ASSET_CLASSES
from characterise.calibration import bounds, logit_of
from characterise.meter_cube import cube_from_reads
from characterise.model import UnreadableModel, load_model, to_json
from characterise.model.trees import Trees
from characterise.presence import BECAUSE, HIGH, LOW, MEDIUM, NO_TIER, assess, tiers
from characterise.signatures import SIGNATURES

MODEL = load_model()
HEAT = ASSET_CLASSES.index("HEAT_PUMP")
FLEX = ASSET_CLASSES.index("FLEXIBLE_DEMAND")


def cube_of(meters=1, days=120, *, climatology=False, export_register=None):
    times = pl.datetime_range(
        pl.datetime(2025, 1, 1, time_zone="UTC"),
        pl.datetime(2025, 1, 1, time_zone="UTC") + pl.duration(days=days),
        "30m",
        closed="left",
        eager=True,
    )
    names = [f"m{i}" for i in range(meters)]
    reads = pl.concat(
        pl.DataFrame({"mpan": [name] * len(times), "ts_utc": times}).with_columns(
            pl.lit(0.2).cast(pl.Float32).alias("import_kwh"),
            pl.lit(0.0).cast(pl.Float32).alias("export_kwh"),
        )
        for name in names
    )
    facts = pl.DataFrame({"mpan": names}).with_columns(
        pl.lit("s").alias("weather_station"),
        pl.lit(export_register, dtype=pl.Boolean).alias("has_export_register"),
    )
    temp = np.full((days, 48), 8.0, np.float32)
    return cube_from_reads(reads, facts, {"s": (temp, temp * np.nan, climatology)})


def centred(meters=1, shift=0.0):
    """Features half way up the thresholds that the trees know, moved by ``shift`` their way."""
    tables = []
    for signature, part in zip(SIGNATURES, MODEL.classes, strict=True):
        table = np.zeros((meters, len(signature.feature_names)), np.float32)
        asked = part.trees.left >= 0
        for place, name in enumerate(part.features):
            column = signature.feature_names.index(name)
            known = part.trees.threshold[asked & (part.trees.feature == place)]
            known = known[np.abs(known) < 1e20]
            if not known.size:
                continue
            sign = {-1: -1}.get(signature.signs[column], 1)
            share = np.clip(0.5 + sign * shift / 8, 0, 1)
            table[:, column] = np.quantile(known, share)
        tables.append(table)
    return tuple(tables)


def judged(cube, tables, **more):
    return assess(cube, tables, np.ones((cube.n_meters, 5), bool), MODEL, **more)


@settings(max_examples=40, deadline=None)
@given(shift=st.floats(-4, 4), prevalence=st.floats(0.01, 0.99))
def test_bounds_hold_the_probability(shift, prevalence):
    found = judged(cube_of(days=30), centred(shift=shift), prevalence=prevalence)
    assert np.all(found.lower <= found.probability)
    assert np.all(found.probability <= found.upper)
    assert np.all((found.lower >= 0) & (found.upper <= 1))


def test_more_of_every_figure_never_makes_a_class_less_likely():
    cube = cube_of()
    ladder = [judged(cube, centred(shift=shift)).probability for shift in (-2, -1, 0, 1, 2)]
    steered = np.array([all(abs(sign) < 2 for sign in one.signs) for one in SIGNATURES])
    rises = np.diff(np.array(ladder), axis=0)[:, 0, steered]
    assert np.all(rises >= 0)
    assert np.all((ladder[-1] - ladder[0])[0, steered] > 0)


def test_a_rarer_class_is_less_probable_on_the_same_evidence():
    cube = cube_of()
    common, rare = (judged(cube, centred(), prevalence=share) for share in (0.5, 0.05))
    assert np.all(rare.probability < common.probability)


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0])
def test_a_prevalence_of_never_or_always_is_refused(share):
    with pytest.raises(ValueError, match="prevalence"):
        judged(cube_of(), centred(), prevalence=share)


def test_a_shorter_history_widens_the_bounds():
    long, short = (judged(cube_of(days=days), centred()) for days in (365, 30))

    def reach(found):
        return np.log(found.upper / (1 - found.upper)) - np.log(found.lower / (1 - found.lower))

    assert np.all(reach(short) > reach(long))
    assert "short_history" in short.codes(0, 0)
    assert "short_history" not in long.codes(0, 0)


def test_where_few_sites_were_known_the_evidence_is_wide():
    part = replace(
        MODEL.classes[0],
        knots=np.array([-2.0, 0.0, 2.0]),
        least=np.array([-3.0, -0.5, 1.0]),
        most=np.array([-1.0, 0.5, 6.0]),
    )
    least, most = bounds(part, np.array([-0.5, 1.5, 9.0]), np.zeros(3))
    assert least.tolist() == [-0.5, 1.0, 1.0]
    assert most.tolist() == [0.5, 6.0, 9.0]


def test_trees_carry_less_far_after_a_month_than_after_a_year():
    trees = Trees(
        baseline=2.0, roots=np.zeros(0, np.int32), feature=np.zeros(0, np.int32),
        threshold=np.zeros(0), left=np.zeros(0, np.int32), right=np.zeros(0, np.int32),
        missing_left=np.zeros(0, bool), value=np.zeros(0),
    )  # fmt: skip
    part = replace(
        MODEL.classes[0],
        trees=trees,
        slope=np.array([1.0, -0.2]),
        offset=np.array([0.0, 0.0]),
        unseen=np.array([-50.0, 0.0]),
    )
    table = centred()[0]
    year, month = (
        logit_of(part, table, SIGNATURES[0].feature_names, days)[0][0] for days in (365, 30)
    )
    assert year == pytest.approx(2.0)
    assert month == pytest.approx(2.0 * (1 - 0.2 * np.log(365 / 30)))


@pytest.mark.parametrize(
    ("probability", "lower", "expected"),
    [
        (0.97, 0.901, HIGH),
        (0.97, 0.90, MEDIUM),  # exactly ninety is medium
        (0.70, 0.10, MEDIUM),
        (0.699, 0.6, LOW),
        (np.nan, np.nan, NO_TIER),
    ],
)
def test_tiers_follow_the_rule(probability, lower, expected):
    free, capped = np.array([False]), np.array([True])
    assert tiers(np.array([probability]), np.array([lower]), capped=free)[0] == expected
    limited = MEDIUM if expected == HIGH else expected
    assert tiers(np.array([probability]), np.array([lower]), capped=capped)[0] == limited


def test_without_measured_weather_no_heat_pump_is_high():
    sure = replace(
        MODEL.classes[HEAT], offset=np.array([40.0, 0.0]), least=np.full(1, 40.0),
        most=np.full(1, 40.0), knots=np.zeros(1),
    )  # fmt: skip
    certain = replace(
        MODEL,
        classes=tuple(sure if place == HEAT else part for place, part in enumerate(MODEL.classes)),
    )
    enough = np.ones((1, 5), bool)
    free = assess(cube_of(), centred(), enough, certain)
    usual = assess(cube_of(climatology=True), centred(), enough, certain)
    assert free.tier[0, HEAT] == HIGH
    assert usual.tier[0, HEAT] == MEDIUM
    assert "climatology_only" in usual.codes(0, HEAT)
    assert "climatology_only" not in usual.codes(0, 0)


def test_insufficient_means_null_and_no_tier():
    cube = cube_of(meters=2)
    enough = np.array([[True] * 5, [False] * 5])
    found = assess(cube, centred(2), enough, MODEL)
    for values in (found.probability, found.lower, found.upper):
        assert np.isfinite(values[0]).all()
        assert np.isnan(values[1]).all()
    assert (found.tier[1] == NO_TIER).all()
    assert found.tier_name(1, 0) is None
    assert not found.present[1].any()


def test_a_class_without_any_figure_cannot_be_judged():
    tables = list(centred())
    tables[FLEX] = np.full_like(tables[FLEX], np.nan)
    found = judged(cube_of(), tuple(tables))
    assert not found.sufficient[0, FLEX]
    assert {"no_signals", "nothing_to_judge_by"} <= set(found.codes(0, FLEX))
    assert np.isnan(found.probability[0, FLEX])


def test_no_export_register_is_said_of_batteries_and_panels_only():
    found = judged(cube_of(export_register=False), centred())
    said = [
        name for k, name in enumerate(ASSET_CLASSES) if "no_export_register" in found.codes(0, k)
    ]
    assert said == ["BESS", "SOLAR_PV"]
    assert set(found.findings) == set(BECAUSE)


def test_a_model_for_other_features_is_refused():
    odd = replace(MODEL.classes[0], features=("something_else", *MODEL.classes[0].features[1:]))
    with pytest.raises(UnreadableModel, match="EV_CHARGER"):
        logit_of(odd, centred()[0], SIGNATURES[0].feature_names)


def test_a_model_reads_back_as_it_was_written(tmp_path):
    path = tmp_path / "presence.json"
    path.write_text(to_json(MODEL), encoding="utf-8")
    again = load_model(path)
    assert to_json(again) == to_json(MODEL)
    path.write_text("{}", encoding="utf-8")
    load_model.cache_clear()
    with pytest.raises(UnreadableModel, match="format"):
        load_model(path)


def test_scoring_imports_no_scikit_learn():
    code = (
        "import sys; import characterise.presence, characterise.model as m; m.load_model();"
        "sys.exit('sklearn' in sys.modules or 'scipy.optimize' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0
