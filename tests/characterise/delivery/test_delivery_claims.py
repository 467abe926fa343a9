"""Declared half-hours become claims; claims that share half-hours become occasions."""

import datetime as dt

import polars as pl
from delivery_cases import EVENING, MIDNIGHT, noisy_case

from characterise.delivery.claims import OUTSIDE, pack


def test_claims_that_share_half_hours_are_one_occasion():
    case = noisy_case(n_sites=2, n_days=10)
    case.dispatch(0, 2, 1.0, fraction=1, event="A", slots=(30, 31))
    case.dispatch(0, 2, 1.0, fraction=1, event="B", slots=(31, 32), amsid="7700000000002")
    case.dispatch(0, 2, 1.0, fraction=1, event="C", slots=(32, 33), amsid="7700000000003")
    case.dispatch(0, 2, 1.0, fraction=1, event="D", slots=(40, 41))
    case.dispatch(1, 2, 1.0, fraction=1, event="E", slots=(30, 31))
    claims = pack(case.declared_frame(), case.cube())
    assert claims.table["event_id"].to_list() == ["A", "B", "C", "D", "E"]
    assert claims.occasion.tolist() == [0, 0, 0, 1, 2]


def test_a_whole_site_claim_has_no_asset_meter_and_is_a_party_of_its_own():
    case = noisy_case(n_days=10)
    case.dispatch(0, 2, 1.0, fraction=1, amsid=None)
    case.dispatch(0, 3, 1.0, fraction=1, amsid=None)
    case.dispatch(0, 4, 1.0, fraction=1)
    claims = pack(case.declared_frame(), case.cube())
    assert claims.parties["amsid"].to_list() == [None, "7700000000001"]
    assert claims.party.tolist() == [0, 0, 1]


def test_exact_repeats_count_once_and_contradictions_are_left_out_with_a_finding():
    case = noisy_case(n_days=10)
    case.dispatch(0, 2, 1.0, fraction=1)
    frame = case.declared_frame()
    clash = frame.head(1).with_columns(declared_kwh=pl.lit(9.0))
    claims = pack(pl.concat([frame, frame, clash]), case.cube())
    assert len(claims.declared_kw) == 3
    assert [finding.code for finding in claims.findings] == ["declared_conflict"]
    assert claims.findings[0].evidence["half_hours"] == 2


def test_blank_energies_and_times_off_the_half_hour_are_found_never_taken_as_zero():
    case = noisy_case(n_days=10)
    case.dispatch(0, 2, 1.0, fraction=1)
    frame = case.declared_frame().with_row_index()
    frame = frame.with_columns(
        declared_kwh=pl.when(pl.col("index") == 0).then(None).otherwise("declared_kwh"),
        ts_utc=pl.col("ts_utc")
        + pl.when(pl.col("index") == 1).then(pl.duration(minutes=7)).otherwise(pl.duration()),
    )
    claims = pack(frame.drop("index"), case.cube())
    assert len(claims.declared_kw) == 2
    assert {finding.code for finding in claims.findings} == {"declared_blank", "declared_off_grid"}


def test_half_hours_beyond_the_reads_and_meters_without_reads_are_marked():
    case = noisy_case(n_days=10)
    case.dispatch(0, 2, 1.0, fraction=1)
    late = MIDNIGHT + dt.timedelta(days=400)
    case.declared.append(("late", "0000000000000", None, "FLXA", late, 1.0))
    case.declared.append(("other", "9999999999999", None, "FLXA", MIDNIGHT, 1.0))
    claims = pack(case.declared_frame(), case.cube())
    assert claims.row.tolist() == [0, 0, OUTSIDE]
    assert claims.cell.tolist() == [*(2 * 48 + EVENING + k for k in range(4)), OUTSIDE, 0]
