import datetime as dt

import polars as pl
import pytest

from characterise.columns import UTC
from characterise.errors import InvalidFrame
from characterise.frames import check


def cast(values, dtype):
    return check(pl.DataFrame({"c": values}), pl.Schema({"c": dtype}), "f.csv")["c"].to_list()


def test_blank_text_is_missing_whatever_the_type():
    assert cast(["", " ", None, "a"], pl.String) == [None, None, None, "a"]
    assert cast(["", " ", " 2.5"], pl.Float32) == [None, None, 2.5]
    assert cast(["", "True", "no"], pl.Boolean) == [None, True, False]
    assert cast(["", "2026-01-01T00:30Z"], UTC)[0] is None


def test_an_identifier_that_became_a_number_is_itself_again():
    assert cast([1_200_000_000_000], pl.String) == ["1200000000000"]
    assert cast([1.2e12, None], pl.String) == ["1200000000000", None]


@pytest.mark.parametrize(
    "text", ["2026-07-01 00:30", "2026-07-01T00:30:00Z", "2026-07-01T01:30+01"]
)
def test_iso_times_are_utc_unless_they_say_otherwise(text):
    assert cast([text], UTC) == [dt.datetime(2026, 7, 1, 0, 30, tzinfo=dt.UTC)]


@pytest.mark.parametrize(
    "values",
    [["01/02/2026 00:30"], ["2026-01-01"], [dt.date(2026, 1, 1)], [1_767_225_600], [1.5]],
    ids=["day or month first", "no time", "a date", "seconds of an epoch", "a number"],
)
def test_what_may_mean_another_time_is_refused(values):
    with pytest.raises(InvalidFrame, match=r"f\.csv holds .* in c, which takes times"):
        cast(values, UTC)


@pytest.mark.parametrize(
    ("values", "dtype", "said"),
    [
        (["1", "2,5"], pl.Float32, "'2,5' in c, which takes numbers"),
        (["true", "maybe"], pl.Boolean, "'maybe' in c, which takes true or false"),
        ([1.5], pl.String, "1.5 in c, which takes text"),
    ],
)
def test_the_first_value_that_does_not_fit_is_named(values, dtype, said):
    with pytest.raises(InvalidFrame, match=said):
        cast(values, dtype)
