"""Gaming screens: patterns over a party's events that honest ones rarely show by chance.

Nothing here says why a pattern is there: every row carries what else could explain it.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.delivery.asset_meters import AssetMeters
from characterise.delivery.claims import OUTSIDE, Claims
from characterise.delivery.gaming_days import (
    BOUNDARY,
    PartyDays,
    Spans,
    declared_or_after,
    party_days,
    spans_of,
)
from characterise.delivery.gaming_rebound import claims_before, rebound_traded
from characterise.delivery.gaming_screens import (
    Screened,
    always_at_the_cap,
    look_back_raised,
    low_load_days,
    window_ramped,
)
from characterise.delivery.gaming_words import innocent_readings, reasons
from characterise.delivery.ground import Ground
from characterise.delivery.settings import VerifySettings
from characterise.frames import GAMING, GAMING_SCREENS

Int = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_SEED: Final = 20_260
_EVENTS_READ: Final = 0.5
"""Least share of a party's events at which its asset meter was read, to stand for it."""


def screen(
    claims: Claims,
    ground: Ground,
    assets: AssetMeters | None,
    settings: VerifySettings,
    *,
    mispaired: list[str] | None = None,
) -> pl.DataFrame:
    """Run every screen over every party.

    Parameters
    ----------
    mispaired
        Asset meters that are not to be believed: the boundary stands for them.

    Returns
    -------
    pl.DataFrame
        `characterise.frames.GAMING`, one row a party and screen.

    Notes
    -----
    A pattern is ``seen`` where at most ``false_flag_rate / 5`` of the placebo calendars show as
    much: over all five screens of a party the setting holds.
    """
    spans = spans_of(claims)
    after = declared_or_after(claims, ground, settings.recovery_half_hours)
    meters = _meters(claims, assets, spans, mispaired or [])
    rows = []
    for party, names in enumerate(claims.parties.iter_rows()):
        mine = np.flatnonzero((claims.party == party) & (spans.first != OUTSIDE))
        found = _screen_party(
            party, mine, claims=claims, spans=spans, ground=ground, assets=assets,
            meter=int(meters[party]), after=after, settings=settings,
        )  # fmt: skip
        rows += [(*names, *_row(one, metered, settings)) for one, metered in found]
    return pl.DataFrame(rows, schema=GAMING, orient="row")


def _screen_party(
    party: int,
    mine: Int,
    *,
    claims: Claims,
    spans: Spans,
    ground: Ground,
    assets: AssetMeters | None,
    meter: int,
    after: Mask,
    settings: VerifySettings,
) -> list[tuple[Screened, bool]]:
    down = mine[spans.kwh[mine] >= 0]
    up = mine[spans.kwh[mine] < 0]
    sides = [
        party_days(claims, spans, ground, assets, some, meter)
        for some in sorted((down, up), key=len, reverse=True)
    ]
    name = "|".join(str(part) for part in claims.parties.row(party))
    days = sides[0]
    if days is None:
        return [(Screened(code, 0, np.nan, "", np.nan), False) for code in GAMING_SCREENS]
    near, behind = ground.blocked[days.site], after[days.site]

    def draws(number: int) -> np.random.Generator:
        return np.random.default_rng([_SEED, number, zlib.crc32(name.encode())])

    found = [
        look_back_raised(days, near, settings, draws(0)),
        window_ramped(days, spans, behind, settings, draws(1)),
        always_at_the_cap(days, spans, near, settings, draws(2)),
        low_load_days(days, behind, settings, draws(3)),
    ]
    traded = [
        _traded(side, party, claims, spans, settings, draws(4 + k))
        for k, side in enumerate(sides)
        if side is not None
    ]
    # Two directions are two looks: the smaller p-value is doubled in `_traded_of`.
    return [(one, days.metered) for one in [*found, _traded_of(traded)]]


def _traded(
    days: PartyDays,
    party: int,
    claims: Claims,
    spans: Spans,
    settings: VerifySettings,
    rng: np.random.Generator,
) -> Screened:
    before = claims_before(claims, spans, days, party, settings.recovery_half_hours)
    return rebound_traded(days, claims, spans, before, settings, rng)


def _traded_of(sides: list[Screened]) -> Screened:
    judged = [one for one in sides if np.isfinite(one.p_value)]
    if not judged:
        return sides[0]
    least = min(judged, key=lambda one: (not one.held, one.p_value))
    if len(judged) == 1:
        return least
    return replace(least, p_value=min(1.0, 2 * least.p_value))


def _meters(claims: Claims, assets: AssetMeters | None, spans: Spans, mispaired: list[str]) -> Int:
    """(P,) asset meter that stands for each party, `BOUNDARY` where none is read at its events."""
    names = claims.parties["amsid"].to_list()
    out = np.full(len(names), BOUNDARY, dtype=np.int64)
    if assets is None:
        return out
    places = {name: k for k, name in enumerate(assets.amsid) if name not in mispaired}
    for party, name in enumerate(names):
        meter = places.get(name, BOUNDARY)
        mine = np.flatnonzero((claims.party == party) & (spans.first != OUTSIDE))
        if meter == BOUNDARY or not len(mine):
            continue
        at = spans.first[mine]
        read = np.isfinite(assets.net_kw[meter, at] - assets.expected_kw[meter, at])
        if read.mean() >= _EVENTS_READ:
            out[party] = meter
    return out


def _row(
    one: Screened, metered: bool, settings: VerifySettings
) -> tuple[str, int, float | None, str, float | None, str, list[str], list[str]]:
    bar = settings.false_flag_rate / len(GAMING_SCREENS)
    if not np.isfinite(one.p_value):
        finding = "not_enough"
    else:
        finding = "seen" if one.p_value <= bar and one.held else "not_seen"
    return (
        one.screen,
        one.n_events,
        one.statistic if np.isfinite(one.statistic) else None,
        one.unit,
        one.p_value if np.isfinite(one.p_value) else None,
        finding,
        reasons(one, finding, metered, settings),
        innocent_readings(one.screen),
    )
