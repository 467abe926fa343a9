"""Many cars behind one meter: vans in a depot, cars at work, passers-by at a hub.

``kw`` is what the chargers may draw together: where there are more sockets than that allows, a load
management shares it out among the cars that are there.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from characterise.simulate.ev_sessions import Sessions
from characterise.simulate.household import begin
from characterise.simulate.tariffs import draw_off_peak, inside
from characterise.simulate.timeline import Bool, Float, Int, Timeline

FLEETS: Final = ("fleet", "night_fleet", "workplace", "hub")


def fleet(rng: np.random.Generator, time: Timeline, *, kw: float, style: str, held: Float) -> Float:
    """(n,) kW drawn by all chargers of a depot, a workplace or a public hub.

    ``fleet`` charges on return, ``night_fleet`` waits for a tariff's cheap hours.

    Parameters
    ----------
    held
        (n,) share of the power that a dispatch takes away.
    """
    draw = {"fleet": _vans, "night_fleet": _vans_by_night, "workplace": _staff, "hub": _passers_by}[
        style
    ]
    sessions, each, allowed = draw(rng, time, kw)
    order = np.argsort(sessions.start, kind="stable")
    return _share_out(
        sessions.start[order], sessions.end[order], sessions.need_kwh[order], each[order],
        kw * allowed * (1 - held),
    )  # fmt: skip


def _vans(rng: np.random.Generator, time: Timeline, kw: float) -> tuple[Sessions, Float, Float]:
    """Vans that return by shifts and leave before the next."""
    socket = _socket(rng, kw, (7.4, 7.4, 11.0, 22.0, 50.0))
    vans = max(2, round(kw / socket * float(rng.choice([1.0, 1.0, 1.3, 1.8]))))
    # One shift ends in the afternoon, as most do; up to two more end at other hours.
    others = rng.choice([13.5, 15.0, 18.5, 21.0], int(rng.integers(0, 3)), replace=False)
    shifts = np.array([rng.uniform(16.0, 17.3), *others])
    home = shifts[rng.integers(0, len(shifts), vans)]
    often = np.where(time.working & ~_christmas(time), 0.85, 0.15)
    used = rng.random((time.n_local_days, vans)) < often[:, None]
    day, van = np.nonzero(used)
    hour = np.clip(home[van] + 0.7 * rng.standard_normal(len(day)), 12, 23)
    start = begin(time, day, 2 * hour)
    # Back on the road between five and eight in the morning.
    end = start + 2 * (24 - hour + rng.uniform(5.0, 8.0, len(day)))
    size = 1.0 if socket < 20 else 2.0
    need = size * rng.uniform(12, 45, len(day))
    each = socket * rng.uniform(0.94, 1.0, vans)[van]
    return Sessions(start, end, need), each, np.ones(time.n)


def _vans_by_night(
    rng: np.random.Generator, time: Timeline, kw: float
) -> tuple[Sessions, Float, Float]:
    sessions, each, _ = _vans(rng, time, kw)
    return sessions, each, inside(time, draw_off_peak(rng))


def _staff(rng: np.random.Generator, time: Timeline, kw: float) -> tuple[Sessions, Float, Float]:
    """Cars of people at work: they come in the morning, some sockets serve two a day."""
    socket = _socket(rng, kw, (7.4, 7.4, 11.0, 22.0))
    # Few cars take more than 7 to 11 kW of alternating current, whatever the socket gives.
    sockets = max(2, round(kw / min(socket, 9.0) * float(rng.choice([1.0, 1.0, 1.5, 2.5]))))
    busy = rng.uniform(0.45, 0.9) * np.where(time.working & ~_christmas(time), 1.0, 0.03)
    # Offices are fuller in the middle of the week.
    busy = busy * np.array([0.85, 1.1, 1.1, 1.05, 0.6, 1.0, 1.0])[time.weekday]
    day, second = _visits(rng, time, sockets * busy, 0.25)
    hour = np.where(second, 13.0, 8.5) + 0.8 * rng.standard_normal(len(day))
    start = begin(time, day, 2 * np.clip(hour, 5.5, 18))
    stay = np.where(second, 4.0, 7.8) + 0.9 * rng.standard_normal(len(day))
    need = 4 + rng.gamma(2.0, 6.0, len(day))
    each = np.minimum(socket, rng.choice([7.2, 7.2, 10.8, 21.5], len(day)))
    return Sessions(start, start + 2 * np.maximum(stay, 1.0), need), each, np.ones(time.n)


def _passers_by(
    rng: np.random.Generator, time: Timeline, kw: float
) -> tuple[Sessions, Float, Float]:
    """Drivers who stop by day, half an hour at a rapid charger or an errand at a slow one."""
    socket = _socket(rng, kw, (22.0, 50.0, 75.0, 150.0))
    sockets = max(2, round(kw / socket))
    rapid = socket >= 50
    daily = rng.uniform(3.0, 9.0) if rapid else rng.uniform(1.0, 2.5)
    busier = np.where(time.weekday >= 4, 1.2, 1.0) * (1 + 0.1 * (time.month == 7))
    day, evening = _visits(rng, time, sockets * daily * busier, 0.7)
    hour = np.where(evening, 16.8, 11.2) + np.where(evening, 2.4, 2.0) * rng.standard_normal(
        len(day)
    )
    start = begin(time, day, 2 * np.clip(hour, 0.0, 23.9))
    stay = rng.gamma(6.0, 0.09, len(day)) if rapid else rng.gamma(3.0, 0.6, len(day))
    each = socket * rng.uniform(0.45, 1.0, len(day))
    need = rng.uniform(8, 50, len(day))
    return Sessions(start, start + 2 * np.maximum(stay, 0.1), need), each, np.ones(time.n)


def _socket(rng: np.random.Generator, kw: float, sizes: tuple[float, ...]) -> float:
    """One socket's power: at least two go into what all may draw, else the smallest size."""
    fit = [size for size in sizes if 2 * size <= kw * 1.05]
    return fit[int(rng.integers(len(fit)))] if fit else sizes[0]


def _visits(
    rng: np.random.Generator, time: Timeline, daily: Float, again: float
) -> tuple[Int, Bool]:
    """Local day of each visit, and whether it is one of the later ones; ``daily`` is their mean."""
    counts = np.stack([rng.poisson(daily / (1 + again)), rng.poisson(daily * again / (1 + again))])
    days = np.arange(time.n_local_days)
    day = np.concatenate([np.repeat(days, counts[0]), np.repeat(days, counts[1])])
    return day, np.repeat([False, True], counts.sum(axis=1))


def _christmas(time: Timeline) -> Bool:
    """(local days,) Christmas Eve to New Year's Day, when most yards and offices rest."""
    days = np.datetime64(time.first_day, "D") + np.arange(time.n_local_days)
    in_month = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    rest: Bool = ((time.month == 11) & (in_month >= 24)) | ((time.month == 0) & (in_month == 1))
    return rest


@njit(cache=True)
def _share_out(start: Float, end: Float, need: Float, each: Float, cap: Float) -> Float:
    """Equal shares of the cap among the cars present, what one cannot take goes to the others."""
    n, cars = len(cap), len(start)
    out = np.zeros(n)
    left = need.copy()
    done = start >= n
    first = 0
    for slot in range(n):
        while first < cars and (done[first] or end[first] <= slot):
            done[first] = True
            first += 1
        waiting, last = 0, first
        while last < cars and start[last] < slot + 1:
            if not done[last] and (end[last] <= slot or left[last] <= 1e-9):
                done[last] = True
            waiting += 0 if done[last] else 1
            last += 1
        free = 0.5 * cap[slot]
        taken = np.zeros(last - first)
        for _ in range(3):
            if waiting == 0 or free <= 1e-9:
                break
            share = free / waiting
            waiting = 0
            for car in range(first, last):
                if done[car]:
                    continue
                here = min(1.0, slot + 1 - start[car], end[car] - slot)
                most = min(0.5 * each[car] * here - taken[car - first], left[car])
                step = max(0.0, min(share, most))
                taken[car - first] += step
                left[car] -= step
                free -= step
                if step == share:
                    waiting += 1
        out[slot] = 2.0 * taken.sum()
    return out
