"""What a boundary meter would have registered with a change behind it."""

from dataclasses import replace

import numpy as np
from engine_cases import cube_of

from characterise.injection import behind, rows_of


def constant(kw, days=2):
    return np.full((1, days, 48), kw, dtype=np.float32)


def test_more_load_takes_from_export_before_it_adds_to_import():
    cube = cube_of(constant(-2.0))
    laid = behind(cube, constant(3.0))
    assert np.all(laid.export_kw == 0)
    assert np.all(laid.import_kw == 1)


def test_generation_takes_from_import_before_it_is_exported():
    laid = behind(cube_of(constant(2.0), has_export=1), constant(-3.0))
    assert np.all(laid.import_kw == 0)
    assert np.all(laid.export_kw == 1)


def test_both_registers_may_turn_in_a_half_hour_and_their_difference_still_adds_up():
    cube = cube_of(constant(0.0), has_export=1)
    cube = replace(cube, import_kw=constant(1.0), export_kw=constant(0.5))
    for change in (-2.0, -0.25, 0.25, 2.0):
        laid = behind(cube, constant(change))
        np.testing.assert_allclose(laid.net_kw, 0.5 + change)
        assert laid.import_kw.min() >= 0
        assert laid.export_kw.min() >= 0


def test_what_no_register_counts_is_lost():
    for register in (0, -1):
        laid = behind(cube_of(constant(2.0), has_export=register), constant(-3.0))
        assert np.all(laid.export_kw == 0)
        assert np.all(laid.import_kw == 0)


def test_a_change_that_nobody_knows_makes_the_half_hour_unusable():
    change = constant(1.0)
    change[0, 1, 7] = np.nan
    net = constant(1.0)
    net[0, 0, 3] = np.nan
    laid = behind(cube_of(net), change)
    assert np.isnan(laid.net_kw).sum() == 2
    assert np.isnan(laid.net_kw[0, [0, 1], [3, 7]]).all()


def test_the_cube_itself_is_left_as_it_was():
    cube = cube_of(constant(1.0))
    behind(cube, constant(5.0))
    assert np.all(cube.import_kw == 1)


def test_some_meters_of_a_cube_keep_their_own_facts():
    net = np.stack([np.full((2, 48), kw) for kw in (1.0, 2.0, -3.0)])
    part = rows_of(cube_of(net), np.array([2, 0]))
    assert part.mpan == ("m002", "m000")
    assert part.meters["mpan"].to_list() == ["m002", "m000"]
    assert part.net_kw[:, 0, 0].tolist() == [-3.0, 1.0]
    assert part.has_export.tolist() == [1, -1]
