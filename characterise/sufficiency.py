"""Is there enough data to say anything, by meter and class: coded findings, never an exception."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.asset_classes import ASSET_CLASSES, BESS, HEAT_PUMP, SOLAR_PV
from characterise.finding import Finding
from characterise.meter_cube import ESTIMATED, MISSING, MeterCube
from characterise.settlement import SLOTS_PER_DAY


@dataclass(frozen=True, slots=True)
class SufficiencySettings:
    """How much is enough; settings, not physics."""

    min_days: int = 28
    """Usable days below which nothing is said about any class."""
    min_cover: float = 0.5
    """Share of usable half-hours in the span below which gaps rule, unless there is plenty."""
    plenty_days: int = 180
    max_estimated: float = 0.5
    """Share of readings that were estimated above which nothing is said."""
    min_cold_days: int = 14
    """Usable days colder than ``cold_c`` that a heat pump needs to show itself."""
    cold_c: float = 10.0


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Whether each class of each meter may be judged, and the findings that say so."""

    sufficient: npt.NDArray[np.bool_]
    """(M, 5) in the order of `ASSET_CLASSES`."""
    usable_days: npt.NDArray[np.int32]
    """(M,) days with at least 36 usable half-hours."""
    findings: tuple[dict[str, tuple[Finding, ...]], ...] = field(default=())
    """(M,) by class, what limits or forbids a statement."""


# Columns of the table that the kernel fills.
_FIRST, _LAST, _USABLE, _DAYS, _ESTIMATED, _PRESENT, _LOW, _HIGH, _COLD, _PAIRS, _EQUAL = range(11)
_EVERY = ASSET_CLASSES


def assess(cube: MeterCube, settings: SufficiencySettings | None = None) -> Sufficiency:
    """Judge every meter and class of a cube."""
    settings = settings or SufficiencySettings()
    known = np.isfinite(cube.temp_c)
    count = known.sum(axis=2)
    warmth = np.where(known, cube.temp_c, 0).sum(axis=2) / np.maximum(count, 1)
    daily_c = np.where(count > 0, warmth, np.nan).astype(np.float32)
    table = _survey(
        cube.import_kw, cube.export_kw, cube.quality, daily_c, cube.station, settings.cold_c
    )
    known_at = np.asarray(np.isfinite(daily_c).any(axis=1))
    weather_known = known_at[cube.station]
    sufficient = np.ones((cube.n_meters, len(_EVERY)), dtype=np.bool_)
    findings = []
    for row in range(cube.n_meters):
        found = _of_meter(table[row], settings)
        found += _of_surroundings(
            table[row],
            settings,
            weather_known=bool(weather_known[row]),
            climatology=bool(cube.climatology[cube.station[row]]),
            no_export=bool(cube.has_export[row] == 0),
        )
        for _, classes, forbids in found:
            for name in classes if forbids else ():
                sufficient[row, _EVERY.index(name)] = False
        findings.append(
            {name: tuple(f for f, classes, _ in found if name in classes) for name in _EVERY}
        )
    return Sufficiency(sufficient, table[:, _DAYS].astype(np.int32), tuple(findings))


_Found = list[tuple[Finding, tuple[str, ...], bool]]


def _of_meter(row: npt.NDArray[np.float64], settings: SufficiencySettings) -> _Found:
    """Findings that concern every class alike."""
    found: _Found = []
    days = int(row[_DAYS])
    if days < settings.min_days:
        because = f"Only {days} usable days; {settings.min_days} are needed to say anything."
        found.append((Finding("too_few_days", because, {"days": days}), _EVERY, True))
    span = max(1.0, row[_LAST] - row[_FIRST] + 1)
    cover = row[_USABLE] / (span * SLOTS_PER_DAY)
    if cover < settings.min_cover:
        because = f"Only {cover:.0%} of the half-hours between first and last reading are usable."
        forbids = days < settings.plenty_days
        found.append((Finding("too_many_gaps", because, {"cover": float(cover)}), _EVERY, forbids))
    share = row[_ESTIMATED] / max(1.0, row[_PRESENT])
    if share > settings.max_estimated:
        because = f"{share:.0%} of the readings are estimated; estimates say nothing about assets."
        found.append((Finding("mostly_estimated", because, {"share": float(share)}), _EVERY, True))
    if row[_USABLE] and row[_HIGH] - row[_LOW] < 1e-6:
        because = f"Every usable half-hour reads {row[_LOW]:.3f} kW."
        found.append((Finding("constant_values", because, {"kw": float(row[_LOW])}), _EVERY, True))
    if row[_PAIRS] >= 48 and row[_EQUAL] / row[_PAIRS] > 0.98:
        because = "Both halves of nearly every hour read the same: the source looks hourly."
        finding = Finding("hourly_source", because, {"share": float(row[_EQUAL] / row[_PAIRS])})
        found.append((finding, _EVERY, False))
    return found


def _of_surroundings(
    row: npt.NDArray[np.float64],
    settings: SufficiencySettings,
    *,
    weather_known: bool,
    climatology: bool,
    no_export: bool,
) -> _Found:
    """Findings that concern the classes that lean on weather or on export."""
    found: _Found = []
    cold = int(row[_COLD])
    if not weather_known:
        because = "No temperature is known here, and a heat pump shows itself by the cold."
        found.append((Finding("no_temperature", because), (HEAT_PUMP,), True))
    elif cold < settings.min_cold_days:
        because = (
            f"Only {cold} usable days were colder than {settings.cold_c:g} C; a heat pump needs "
            f"{settings.min_cold_days} to show itself."
        )
        found.append((Finding("no_heating_season", because, {"days": cold}), (HEAT_PUMP,), True))
    if weather_known and climatology:
        because = "The usual temperature of the month stands in for the day's own."
        found.append((Finding("climatology_only", because), (HEAT_PUMP,), False))
    if no_export:
        because = "The site has no export register: what it gives back cannot be seen."
        found.append((Finding("no_export_register", because), (SOLAR_PV, BESS), False))
    return found


@njit(cache=True)
def _survey(import_kw, export_kw, quality, daily_c, station, cold_c):  # type: ignore[no-untyped-def]
    """(M, 11) span, usable half-hours and days, estimates, extremes, cold days, equal halves."""
    n_meters, n_days, n_slots = import_kw.shape
    out = np.zeros((n_meters, 11))
    for m in range(n_meters):
        row = out[m]
        row[_FIRST], row[_LAST] = n_days, -1
        row[_LOW], row[_HIGH] = np.inf, -np.inf
        for d in range(n_days):
            usable = 0
            for s in range(n_slots):
                if quality[m, d, s] != MISSING:
                    row[_PRESENT] += 1
                    row[_ESTIMATED] += quality[m, d, s] == ESTIMATED
                    row[_FIRST] = min(row[_FIRST], d)
                    row[_LAST] = d
                x = import_kw[m, d, s] - export_kw[m, d, s]
                if np.isnan(x):
                    continue
                usable += 1
                row[_LOW] = min(row[_LOW], x)
                row[_HIGH] = max(row[_HIGH], x)
            for s in range(1, n_slots - 2, 2):
                # Around an hour's boundary the load changed; did it change inside the hour?
                a = import_kw[m, d, s] - import_kw[m, d, s + 1]
                b = import_kw[m, d, s + 1] - import_kw[m, d, s + 2]
                if abs(a) > 1e-6 and not np.isnan(b):
                    row[_PAIRS] += 1
                    row[_EQUAL] += abs(b) < 1e-6
            row[_USABLE] += usable
            if usable * 4 >= n_slots * 3:
                row[_DAYS] += 1
                row[_COLD] += daily_c[station[m], d] < cold_c
    return out
