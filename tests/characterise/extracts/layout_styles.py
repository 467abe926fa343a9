"""Strategies that draw channels and the choices of each layout family."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import strategies as st

from characterise.simulate.channel import Channel
from characterise.simulate.identifiers import fictional
from characterise.simulate.layouts import (
    D0036,
    DATE_TIME_NAMES,
    KEYS,
    LABELS,
    STAMP_NAMES,
    Book,
    If021,
    Lead,
    Long,
    N3rgy,
    Octopus,
    StarkDf2,
    Text,
    Wide,
)
from characterise.simulate.timeline import Timeline, timeline

SPRING = (dt.date(2025, 3, 28), 4)
AUTUMN = (dt.date(2025, 10, 24), 4)
SUMMER = (dt.date(2025, 7, 1), 5)
WINTER = (dt.date(2025, 1, 13), 3)
YEAR = (dt.date(2025, 3, 26), 218)
SPANS = st.sampled_from([SPRING, AUTUMN, SUMMER, WINTER])
DECIMALS = {"kWh": 3, "Wh": 0, "MWh": 6, "kW": 3, "W": 0, "MW": 6}


def channels_on(
    time: Timeline, quantities: list[str], *, points: int = 1, seed: int = 0, gaps: float = 0.0
) -> list[Channel]:
    """Random channels in whole Wh, so that every layout's precision holds them."""
    made = []
    for point in range(points):
        for quantity in quantities:
            rng = np.random.default_rng([seed, point, ord(quantity[0]), ord(quantity[1])])
            kwh = np.round(rng.gamma(1.2, 1.0, time.n) * 10.0 ** rng.integers(-1, 3), 2)
            kwh[rng.random(time.n) < 0.03] = 0.0
            gone = np.zeros(time.n, dtype=bool)
            if gaps:
                for start in np.flatnonzero(rng.random(time.n) < gaps / 4):
                    gone[start : start + int(rng.integers(1, 8))] = True
                gone[:8] = gone[-8:] = False
            kwh[gone] = np.nan
            made.append(
                Channel(fictional("12", 40 + point), quantity, kwh, rng.random(time.n) < 0.15)
            )
    return made


@st.composite
def drawn(draw, *quantities: str, points: int = 2, spans=SPANS, gaps: float = 0.08):
    """Timeline and channels; gaps are drawn half the time."""
    time = timeline(*draw(spans))
    told = draw(st.sampled_from([list(quantities), list(quantities)[:1]]))
    return time, channels_on(
        time,
        told,
        points=draw(st.integers(1, points)),
        seed=draw(st.integers(0, 999)),
        gaps=draw(st.sampled_from([0.0, gaps])),
    )


@st.composite
def text_styles(draw):
    delimiter = draw(st.sampled_from([",", ",", ";", "\t", "|"]))
    return Text(
        delimiter=delimiter,
        decimal_comma=delimiter == ";" and draw(st.booleans()),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
        line_end=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        quoted=draw(st.booleans()),
        sep_line=draw(st.booleans()),
        closed=draw(st.booleans()),
    )


IDENTS = ("MPAN", "Mpan", "mpxn", "MPAN Core", "MeterPoint", "MPAN/MPRN/SPID", "SupplyNumber")
QUANTITY_NAMES = ("Measurement Quantity", "Measurement Type", "MQ", "Measurement Quantity ID")


@st.composite
def leads(draw, *, unit_words=("kWh", "Wh", "MWh", "kW"), units=("column", "above", "none")):
    word = draw(st.sampled_from(unit_words))
    quantity = draw(st.sampled_from(["none", "code", "word"]))
    unit = draw(st.sampled_from(units))
    if unit == "none":
        quantity, word = "code", "kWh"
    return Lead(
        ident=draw(st.sampled_from(IDENTS)),
        quantity=quantity,
        quantity_name=draw(st.sampled_from(QUANTITY_NAMES)),
        unit=unit,
        unit_word=word,
        decimals=DECIMALS[word],
        trimmed=draw(st.booleans()),
    )


def quantities_of(lead: Lead) -> list[str]:
    """Quantities that a lead can tell apart, reactive ones where their unit is said."""
    if lead.quantity == "none":
        return ["AI"]
    energy = lead.unit_word in ("kWh", "Wh", "MWh")
    if energy and (lead.unit == "column" or (lead.unit == "none" and lead.quantity == "code")):
        return ["AI", "AE", "RI", "RE"]
    return ["AI", "AE"]


FLAGS = {
    "none": ("",),
    "after": ("{label} Flag", "Type", "DQ Flag", "Data Marker", "Estimated / Actual {label}"),
    "before": ("ReadType{label}", "{label}_indicator", "Read Type"),
    "block": ("UT{n}", "{label}_Act_Est"),
    "row": ("Read Type", "colStatuskwh", "Actual or Estimate"),
}
WORDS = (("A", "E", ""), ("Actual", "Estimated", "-"), ("Actual", "Estimate", ""), ("A", "E", "-"))
SAYS_LOCAL = ("Settlement Date", "ReadDateUK", "Sett Date", "Date (UK local time)")
SAYS_UTC = ("Date (UTC)", "ReadDate_UTC", "Date GMT")
DATE_FORMATS = ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d-%b-%y", "%d %b %Y", "%Y-%m-%d", "%Y%m%d")


@st.composite
def wide_styles(draw, *, said: bool = True):
    labels = draw(st.sampled_from(sorted(LABELS)))
    kind, own_unit = LABELS[labels].kind, LABELS[labels].unit
    # Ends that are local instants look like the others on the long day: they are tried by name.
    clock = draw(st.sampled_from(["local", "local", "utc"]))
    columns = 48 if clock == "utc" else draw(st.sampled_from([48, 50]))
    flags = draw(st.sampled_from(sorted(FLAGS)))
    says = SAYS_UTC if clock == "utc" else SAYS_LOCAL
    silent = ("Date", "Reading Date", "rdate") if kind != "period" or clock == "local" else says
    lead = draw(leads(unit_words=("kWh",) if own_unit else ("kWh", "Wh", "MWh", "kW")))
    return Wide(
        labels=labels,
        columns=columns,
        clock=clock,
        date_name=draw(st.sampled_from(says if said else silent)),
        date_format=draw(st.sampled_from(DATE_FORMATS)),
        flags=flags,
        flag_name=draw(st.sampled_from(FLAGS[flags])),
        flag_words=draw(st.sampled_from(WORDS)),
        total=draw(st.sampled_from(["none", "before", "after"])),
        above=draw(st.integers(0, 8)),
        more=draw(st.sampled_from([(), (("Site Name", "Albion School"),), (("Client", "A, B"),)])),
        lead=lead,
        text=draw(text_styles()),
    )


@st.composite
def long_styles(draw, *, said: bool = True, minutes=(30, 30, 15)):
    shape = draw(st.sampled_from(["stamp", "stamp", "date_time", "period", "start_end"]))
    clock = draw(st.sampled_from(["utc", "local", "offset", "zulu"]))
    if shape == "date_time":
        clock = draw(st.sampled_from(["utc", "local"]))
    side = "start" if shape in ("period", "start_end") else draw(st.sampled_from(["start", "end"]))
    told = "local" if clock == "local" else "utc"

    def fits(name, table):
        names_side, names_clock = table[name]
        if names_side not in ("", side) or names_clock not in ("", told):
            return False
        full = bool(names_side) and (bool(names_clock) or clock in ("offset", "zulu"))
        return full if said else not full

    names = [n for n in STAMP_NAMES if fits(n, STAMP_NAMES)] or ["Timestamp"]
    pairs = [n for n in DATE_TIME_NAMES if fits(n, DATE_TIME_NAMES)] or [("Date", "Time")]
    iso = clock in ("offset", "zulu")
    seconds = draw(st.booleans()) or iso
    lead = draw(leads(units=("column", "above", "none")))
    return Long(
        time=shape,
        side=side,
        ends=draw(st.sampled_from(["instant", "shifted"])) if side == "end" else "instant",
        midnight=draw(st.sampled_from(["next", "closing", "24:00"])),
        clock="local" if shape == "period" else clock,
        name=draw(st.sampled_from(names)),
        names=draw(st.sampled_from(pairs)),
        date_format="%Y-%m-%d" if iso else draw(st.sampled_from(DATE_FORMATS[:-1])),
        time_format="%H:%M:%S" if seconds else "%H:%M",
        joint="T" if iso else " ",
        minutes=30 if shape == "period" else draw(st.sampled_from(minutes)),
        order=draw(st.sampled_from(["rising", "falling", "mixed"])),
        flags=draw(st.sampled_from(["", "Data Quality", "ReadType", "Est/Act"])),
        value_name=draw(st.sampled_from(["Consumption", "Value", "Reading", "Energy"])),
        lead=lead,
        text=draw(text_styles()),
    )


@st.composite
def book_styles(draw, *, shapes=("rows", "pivot")):
    labels = draw(st.sampled_from(["1", "HH1", "kWh_1", "00:00", "00:30 .. 00:00"]))
    return Book(
        sheets=draw(st.sampled_from(["one", "by_point", "by_quantity", "by_month"])),
        shape=draw(st.sampled_from(shapes)),
        labels=labels,
        utc=LABELS[labels].kind != "period" and draw(st.booleans()),
        colours=draw(st.booleans()),
        text_dates=draw(st.booleans()),
        times=draw(st.booleans()),
        above=draw(st.integers(0, 3)),
    )


stark_styles = st.builds(
    StarkDf2,
    comma=st.booleans(),
    name_after=st.booleans(),
    clock=st.sampled_from(["utc", "local"]),
)
d0036_styles = st.builds(D0036, padded=st.booleans(), framed=st.booleans())
octopus_styles = st.builds(
    Octopus,
    costs=st.booleans(),
    word=st.sampled_from(["kwh", "kWh", "KWH"]),
    zeros=st.booleans(),
    spaced=st.booleans(),
)
n3rgy_styles = st.builds(N3rgy, unit=st.booleans(), joint=st.sampled_from([" ", "T"]))
if021_styles = st.builds(
    If021,
    keys=st.fixed_dictionaries({item: st.integers(0, len(KEYS[item]) - 1) for item in KEYS}),
    lists=st.booleans(),
    codes=st.booleans(),
    event=st.sampled_from(["text", "list", "bracketed"]),
    numbers_as_text=st.booleans(),
    days=st.integers(1, 5),
    single=st.booleans(),
)
