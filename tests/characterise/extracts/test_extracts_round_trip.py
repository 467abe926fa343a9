"""What the simulator writes in each layout is what the reader returns, half-hour by half-hour."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from layout_styles import (
    book_styles,
    d0036_styles,
    drawn,
    if021_styles,
    long_styles,
    n3rgy_styles,
    octopus_styles,
    quantities_of,
    stark_styles,
    wide_styles,
)
from round_trips import assert_accounted, assert_never_wrong, assert_whole, read


def some(n):
    # The failing choices are printed whole; making them smaller would take minutes.
    return settings(
        max_examples=n,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@some(50)
@given(style=wide_styles(), data=st.data())
def test_wide_files_that_say_what_they_are_come_back(style, data):
    time, channels = data.draw(drawn(*quantities_of(style.lead)))
    written = style.write(channels, time)
    assert_accounted(written, assert_whole(written))


@some(25)
@given(style=wide_styles(said=False), data=st.data())
def test_wide_files_that_do_not_say_their_clock_are_never_wrong(style, data):
    time, channels = data.draw(drawn(*quantities_of(style.lead), gaps=0.0))
    written = style.write(channels, time)
    unanswered = read(written)
    assert_never_wrong(written, unanswered)
    assert_accounted(written, unanswered)
    assert_whole(written)


@some(50)
@given(style=long_styles(), data=st.data())
def test_long_files_that_say_what_they_are_come_back(style, data):
    time, channels = data.draw(drawn(*quantities_of(style.lead)))
    written = style.write(channels, time)
    reading = assert_whole(written)
    if style.minutes == 30:
        assert_accounted(written, reading)


@some(25)
@given(style=long_styles(said=False, minutes=(30,)), data=st.data())
def test_long_files_that_do_not_say_clock_or_side_are_never_wrong(style, data):
    time, channels = data.draw(drawn(*quantities_of(style.lead), gaps=0.0))
    written = style.write(channels, time)
    unanswered = read(written)
    assert_never_wrong(written, unanswered)
    assert_accounted(written, unanswered)
    assert_whole(written)


@some(8)
@given(style=long_styles(minutes=(60,)), data=st.data())
def test_hours_are_never_taken_for_half_hours_that_somebody_read(style, data):
    time, channels = data.draw(drawn("AI", gaps=0.0))
    reading = read(replace(style, time="stamp", name="Timestamp", minutes=60).write(channels, time))
    assert not reading.accepted["quality"].is_in(["actual", "derived"]).any()
    assert reading.accepted.height or reading.quarantined.height


@some(12)
@given(style=book_styles(), data=st.data())
def test_workbooks_come_back(style, data):
    time, channels = data.draw(drawn("AI", "AE", "RI"))
    written = style.write(channels, time)
    assert_accounted(written, assert_whole(written))


@some(8)
@given(style=book_styles(shapes=("across",)), data=st.data())
def test_workbooks_with_dates_across_the_top_come_back(style, data):
    time, channels = data.draw(drawn("AI", "AE", gaps=0.0))
    written = style.write(channels, time)
    assert_accounted(written, assert_whole(written))


@some(12)
@given(style=stark_styles, data=st.data())
def test_stark_df2_comes_back(style, data):
    time, channels = data.draw(drawn("AI", "AE", gaps=0.0))
    written = style.write(channels, time)
    assert_accounted(written, assert_whole(written))


@some(12)
@given(style=d0036_styles, data=st.data())
def test_d0036_comes_back(style, data):
    time, channels = data.draw(drawn("AI", "AE", "RI", "RE"))
    written = style.write(channels, time)
    assert_accounted(written, assert_whole(written))


@some(12)
@given(style=octopus_styles, data=st.data())
def test_octopus_comes_back_and_omitted_zeros_stay_missing(style, data):
    time, channels = data.draw(drawn("AI", points=1))
    written = style.write(channels, time)
    assert_accounted(written, assert_whole(written))
    assert set(read(written).quarantined["code"]) == {"meter_point_unknown"}


@some(12)
@given(style=n3rgy_styles, data=st.data())
def test_n3rgy_comes_back(style, data):
    time, channels = data.draw(drawn("AI", points=1))
    written = style.write(channels, time)
    assert_accounted(written, assert_whole(written))


@some(12)
@given(style=if021_styles, data=st.data())
def test_if021_comes_back_in_every_spelling(style, data):
    time, channels = data.draw(drawn("AI", "AE", "RI", "RE"))
    written = style.write(channels, time)
    assert_accounted(written, assert_whole(written))
