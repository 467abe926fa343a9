"""DIP IF-021, D0036, Stark DF2 and n3rgy: records instead of columns."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from characterise.extracts import read_extract
from characterise.extracts.if021 import quality_of_code
from characterise.extracts.mapping import mapping_of

MPAN = "1200023305967"
HALF = dt.timedelta(minutes=30)


def message(day, *, quantity="AI", value=1.5, quality="A", at="2025-07-02T06:00:00Z", keys="short"):
    end, v, q = {
        "short": ("sp", "v", "q"),
        "long": (
            "SettlementPeriodEffectiveTo",
            "UTCPeriodConsumptionValue",
            "qualityIndicator",
        ),
    }[keys]
    ends = [day + (n + 1) * HALF for n in range(48)]
    return {
        "payload": {
            "CommonBlock": {
                "S0": {"interfaceID": "IF-021", "eventCode": "[ActivePower]"},
                "D0": {"transactionTimestamp": at},
                "M0": {"mpanCore": MPAN, "GSPGroupID": "_C"},
            },
            "CustomBlock": {
                "B045": {"measurementQuantityID": quantity},
                "B046List": [
                    {
                        "UTCSettlementDate": f"{day:%Y-%m-%dT%H:%M:%SZ}",
                        "B047List": [
                            {end: f"{e:%Y-%m-%dT%H:%M:%SZ}", v: value, q: quality} for e in ends
                        ],
                    }
                ],
            },
        }
    }


DAY = dt.datetime(2025, 7, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("keys", ["short", "long"])
def test_a_dip_day_is_stamped_at_its_ends_in_utc(keys):
    reading = read_extract(json.dumps([message(DAY, keys=keys)]).encode(), "m.json")
    assert reading.layout == "if021"
    assert reading.quarantined.is_empty()
    assert reading.accepted["ts_utc"].to_list() == [DAY + n * HALF for n in range(48)]
    assert reading.accepted["quality"].unique().to_list() == ["actual"]


def test_a_later_message_replaces_an_earlier_one():
    late = message(DAY, value=2, at="2025-07-03T06:00:00Z")
    reading = read_extract(json.dumps([late, message(DAY)]).encode(), "m.json")
    assert reading.accepted["kwh"].unique().to_list() == [2]
    assert reading.quarantined.is_empty()


def test_reactive_energy_is_kept_as_kvarh():
    reading = read_extract(json.dumps(message(DAY, quantity="RI")).encode(), "m.json")
    assert reading.accepted["quantity"].unique().to_list() == ["RI"]


@pytest.mark.parametrize(
    ("code", "quality"),
    [
        ("A", "actual"),
        ("A1", "derived"),
        ("AAE2", "derived"),
        ("EAE1", "estimated"),
        ("E3", "estimated"),
        ("ZE1", "estimated"),
        ("", "estimated"),
    ],
)
def test_only_a_is_actual(code, quality):
    assert quality_of_code(code) == quality
    reading = read_extract(json.dumps(message(DAY, quality=code)).encode(), "m.json")
    assert reading.accepted["quality"].unique().to_list() == [quality]
    assert reading.findings == ()


def test_an_unknown_quantity_is_quarantined():
    reading = read_extract(json.dumps(message(DAY, quantity="XX")).encode(), "m.json")
    assert reading.quarantined["code"].to_list() == ["quantity_unknown"]


def test_json_that_holds_no_consumption_says_so():
    reading = read_extract(b'{"layouts": []}', "catalogue.json")
    assert [finding.code for finding in reading.findings] == ["not_meter_data"]


def test_json_that_is_cut_is_a_finding():
    assert [f.code for f in read_extract(b'{"payload": ', "m.json").findings] == ["not_readable"]


def test_d0036_counts_local_settlement_periods():
    advances = "".join(f"103|{'E' if n == 1 else 'A'}|{n}.0|\n" for n in range(48))
    text = f"ZHV|F1|D0036001|C|HHDC|X|SUPP|20250702060000||||OPER|\n101|{MPAN}|AI|SUPP|\n"
    text += f"102|20250701|\n{advances}ZPT|F1|50||1|20250702060000|\n"
    reading = read_extract(text.encode(), "d0036.usr")
    assert reading.layout == "d0036"
    assert reading.accepted["ts_utc"][0] == dt.datetime(2025, 6, 30, 23, tzinfo=dt.UTC)
    assert reading.accepted["quality"].to_list()[:3] == ["actual", "estimated", "actual"]
    assert reading.accepted["kwh"].to_list() == [float(n) for n in range(48)]


def test_stark_df2_stamps_ends_and_asks_for_its_unit():
    rows = "".join(f"15/01/2025,{n // 2:02d}:{n % 2 * 30:02d},{n},A\n" for n in range(1, 48))
    text = f"#F2\n#O,{MPAN}\n#S,1\n{rows}16/01/2025,00:00,48,A\n"
    assert read_extract(text.encode(), "x.df2").quarantined["code"].unique().to_list() == [
        "unit_unknown"
    ]
    reading = read_extract(text.encode(), "x.df2", mapping=mapping_of({"unit": "kWh"}))
    assert reading.accepted["ts_utc"][0] == dt.datetime(2025, 1, 15, tzinfo=dt.UTC)
    assert reading.accepted["kwh"].to_list() == [float(n) for n in range(1, 49)]


def test_n3rgy_values_are_read_once_meter_point_and_side_are_told():
    held = {
        "unit": "kWh",
        "availableCacheRange": {"start": "202501150000", "end": "202501160000"},
        "values": [
            {"timestamp": f"2025-01-15 {n // 2:02d}:{n % 2 * 30:02d}", "value": 0.1}
            for n in range(48)
        ],
    }
    answers = mapping_of({"meter_point": MPAN, "side": "start"})
    reading = read_extract(json.dumps(held).encode(), "n.json", mapping=answers)
    assert reading.accepted.height == 48
