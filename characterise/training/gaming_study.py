"""How often each gaming screen sees what it should, and what is not there."""

from __future__ import annotations

import polars as pl

from characterise.baselines import one_day_ahead
from characterise.delivery import event_days
from characterise.delivery.asset_meters import asset_meters
from characterise.delivery.claims import pack
from characterise.delivery.gaming import screen
from characterise.delivery.ground import ground_of
from characterise.training.delivery_study import SETTINGS, sigma_kw
from characterise.training.dispatches import Dispatched, Stage, habitual_slot
from characterise.training.gaming_injections import both_directions, played


def screened(
    held: Stage,
    kind: str,
    *,
    ratio: float,
    n_events: int,
    seed: int,
    gain: float = 1.0,
    metered: bool = False,
) -> pl.DataFrame:
    """`characterise.frames.GAMING` of one provider a site, with ``family`` and ``group_id``.

    Parameters
    ----------
    kind
        One of `gaming_injections.KINDS`, or ``both_directions``: honest falls and rises.
    ratio
        Declared power over sigma.
    gain
        Raise of the load over the declared power.
    """
    size = ratio * sigma_kw(held, habitual_slot(held.cube, seed))
    if kind == "both_directions":
        laid = both_directions(held, size, n_events=n_events, seed=seed)
    else:
        laid = played(held, kind, size, gain=gain, n_events=n_events, seed=seed)
    return screens_of(laid, metered=metered).join(held.sites, on="mpan", how="left")


def screens_of(laid: Dispatched, *, metered: bool) -> pl.DataFrame:
    """Screen what was dispatched, by the asset meters or by the boundary alone."""
    exclude = event_days(laid.declared, laid.cube)
    expected = one_day_ahead(laid.cube, "auto", exclude=exclude, refit="weekly")
    claims = pack(laid.declared, laid.cube)
    ground = ground_of(laid.cube, claims, expected, SETTINGS)
    assets = asset_meters(laid.asset_reads, laid.cube, exclude) if metered else None
    return screen(claims, ground, assets, SETTINGS)
