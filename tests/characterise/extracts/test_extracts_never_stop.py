"""Whatever the bytes: no exception, nothing lost without a word, nothing accepted twice."""

from __future__ import annotations

import datetime as dt
import random
import time

from hypothesis import given
from hypothesis import strategies as st

from characterise.extracts import Mapping, file_report, read_extract, replay_rows

MPANS = ("1200023305967", "1090006810343", "1090006889539", "1090006968720")
TIMES = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
WIDE = f"MPAN,Date,Unit,{TIMES}\n{MPANS[0]},26/10/2025,kWh,{','.join(['1'] * 48)}\n".encode()
LONG = b"sep=,\nMPR,ReadDatetime,kWh,ReadType\n" + b"".join(
    f"{MPANS[0]},26 Oct 2025 {n // 2:02d}:{n % 2 * 30:02d}:00,{n},Actual\n".encode()
    for n in range(1, 48)
)
SHRAPNEL = st.sampled_from(
    [
        *(b"", b",", b'"', b"\n", b"\r", b"\0", b";", b"1E+12", b"31/02/2025", b"nan", b"-5"),
        *(b"24:00", b"\xff\xfe", b"\xef\xbf\xbd", b"AE", b"kW", b"MPAN", b"2025-03-30 01:30"),
    ]
)


@given(
    seed=st.sampled_from([WIDE, LONG]),
    hits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), SHRAPNEL), max_size=8),
)
def test_a_damaged_file_is_read_as_far_as_it_goes(seed, hits):
    data = seed
    for where, length, piece in hits:
        at = int(where * len(data))
        data = data[:at] + piece + data[at + length :]
    reading = read_extract(data, "damaged.csv")
    report = file_report(reading)
    key = reading.accepted.select("meter_point_id", "quantity", "ts_utc")
    assert not key.is_duplicated().any()
    assert reading.accepted["kwh"].is_finite().all()
    assert reading.accepted.height or reading.quarantined.height or report["findings"]
    again = replay_rows(reading.quarantined, Mapping())
    assert again.accepted.is_empty()


@given(data=st.binary(max_size=400))
def test_any_bytes_are_a_reading_or_a_finding(data):
    reading = read_extract(data, "noise")
    assert reading.accepted.height or reading.quarantined.height or reading.findings


def test_ten_thousand_days_are_read_in_two_seconds_of_processor_time():
    rng = random.Random(1)
    rows = [f"MPAN,Date,Unit,{TIMES}"]
    for n in range(10_000):
        day = dt.date(2023, 1, 1) + dt.timedelta(days=n // 4)
        values = ",".join(f"{rng.random():.3f}" for _ in range(48))
        rows.append(f"{MPANS[n % 4]},{day:%d/%m/%Y},kWh,{values}")
    data = "\n".join([*rows, ""]).encode()
    begun = time.process_time()
    reading = read_extract(data, "big.csv")
    assert time.process_time() - begun < 2
    assert reading.accepted.height + reading.quarantined["values"].sum() == 480_000
