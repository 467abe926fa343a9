"""How often the delivery check is right, on deliveries of known truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.baselines import one_day_ahead
from characterise.delivery import Verdicts, VerifySettings, event_days, verify
from characterise.delivery.asset_meters import asset_meters
from characterise.delivery.claims import pack
from characterise.delivery.cumulative import log_e_values, running_e
from characterise.delivery.ground import ground_of
from characterise.delivery.placebo import match_windows
from characterise.delivery.trials import lay_out
from characterise.training.dispatches import (
    LENGTH,
    Dispatched,
    Party,
    Stage,
    dispatch,
    draw_days,
    habitual_slot,
)

Array = npt.NDArray[np.float64]
SETTINGS = VerifySettings()


@dataclass(frozen=True, slots=True)
class Trial:
    """Deliveries of one kind at every site of a stage, checked."""

    verdicts: pl.DataFrame
    """`characterise.frames.VERDICTS` with the ``fraction`` that was true."""
    cumulative: pl.DataFrame
    """`characterise.frames.CUMULATIVE`, likewise."""
    evidence: dict[tuple[str, str], Array]
    """(K,) e-process of each meter point and provider after each of its K events."""


def sigma_kw(held: Stage, first: npt.NDArray[np.int64]) -> Array:
    """(M,) sigma of design.md 4 in the half-hours of the events, root of the mean square, kW."""
    by_slot = one_day_ahead(held.cube, "auto", refit="weekly").sigma_kw.astype(np.float64)
    place = first[:, None] + np.arange(LENGTH)
    square = np.take_along_axis(by_slot, place, axis=1) ** 2
    return np.asarray(np.sqrt(np.nanmean(square, axis=1)))


def one_party(
    held: Stage,
    *,
    ratio: float,
    fraction: float | Array,
    n_events: int,
    seed: int,
    metered: bool = True,
) -> Trial:
    """One provider at every site, dispatched on days drawn anew.

    Parameters
    ----------
    ratio
        Declared power over sigma.
    fraction
        Delivered share, one for all or one a site.
    metered
        Whether the check is given the asset meters.
    """
    first = habitual_slot(held.cube, seed)
    size = ratio * sigma_kw(held, first)
    share = np.broadcast_to(np.asarray(fraction, dtype=np.float64), size.shape)
    days = draw_days(held.cube, seed, n_events) & (size > 0)[:, None]
    party = Party("AAAA", np.nan_to_num(size), days, share)
    return checked(held, [party], dispatch(held, [party], first), metered=metered)


def two_parties(held: Stage, *, ratio: float, overlap: float, n_events: int, seed: int) -> Trial:
    """AAAA delivers all it declares, BBBB nothing; they share ``overlap`` of the events.

    Events of one party alone are spread evenly over the year, the two in turn.
    """
    first = habitual_slot(held.cube, seed)
    size = np.nan_to_num(ratio * sigma_kw(held, first))
    days = draw_days(held.cube, seed, n_events) & (size > 0)[:, None]
    order = np.where(days, np.cumsum(days, axis=1) - 1, -1)
    apart = np.linspace(0, n_events - 1, round((1 - overlap) * n_events)).astype(np.int64)
    alone = np.isin(order, apart[::2]), np.isin(order, apart[1::2])
    whole = np.ones(len(size))
    parties = [
        Party("AAAA", size, days & ~alone[1], whole),
        Party("BBBB", size, days & ~alone[0], 0 * whole),
    ]
    return checked(held, parties, dispatch(held, parties, first), metered=False)


def checked(held: Stage, parties: list[Party], laid: Dispatched, *, metered: bool) -> Trial:
    """Check what was dispatched."""
    exclude = event_days(laid.declared, laid.cube)
    expected = one_day_ahead(laid.cube, "auto", exclude=exclude, refit="weekly")
    reads = laid.asset_reads if metered else None
    result: Verdicts = verify(laid.cube, laid.declared, expected, asset_reads=reads)
    truth = pl.concat(
        pl.DataFrame({"mpan": held.cube.mpan, "fsp_id": p.name, "fraction": p.fraction})
        for p in parties
    )
    assets = None if reads is None else asset_meters(reads, laid.cube, exclude)
    claims = pack(laid.declared, laid.cube)
    ground = ground_of(laid.cube, claims, expected, SETTINGS)
    trials = lay_out(claims, ground, SETTINGS)
    placebo = match_windows(claims, trials, ground, assets, SETTINGS)
    log_e = log_e_values(placebo, SETTINGS)[trials.own]
    evidence = {}
    for number, (mpan, _, fsp) in enumerate(claims.parties.iter_rows()):
        mine = np.flatnonzero(claims.party == number)
        evidence[mpan, fsp] = running_e(log_e[mine])
    return Trial(
        result.verdicts.join(truth, on=["mpan", "fsp_id"], how="left", maintain_order="left"),
        result.cumulative.join(truth, on=["mpan", "fsp_id"], how="left", maintain_order="left"),
        evidence,
    )
