"""Pure: cube in, every result frame out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise import baselines, injection, presence, signatures, sufficiency
from characterise.area_load import area_load
from characterise.asset_classes import ASSET_CLASSES
from characterise.capability.history import histories as follow
from characterise.capability.history import while_there
from characterise.capability.tables import availability_frame, capability_frame
from characterise.detections import detections_frame
from characterise.frames import ATTRIBUTION
from characterise.meter_cube import MeterCube
from characterise.model import PresenceModel
from characterise.presence import LOW, TierRule
from characterise.signatures import Attribution
from characterise.sufficiency import SufficiencySettings


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """What a run may decide; recorded in run.json."""

    refit: str = "weekly"
    attribute: bool = False
    """Whether the half-hourly attribution is written out as well."""
    prevalence: float | None = None
    """Share of sites that have a class where the answers are used; None is balanced."""
    visibility_passes: int = 4
    """How closely the smallest visible size is sought (`characterise.injection`); 0 leaves it."""
    sufficiency: SufficiencySettings = field(default_factory=SufficiencySettings)
    tiers: TierRule = field(default_factory=TierRule)


@dataclass(frozen=True, slots=True)
class Profile:
    """Result frames by name, and what they were made of."""

    frames: dict[str, pl.DataFrame]
    """detections, capability, availability, baselines, area_load and, if asked, attribution."""
    attributions: tuple[Attribution, ...]
    """Of the classes that are present, in the order of `ASSET_CLASSES`."""
    counts: dict[str, int]
    """Meters, half-hours usable, meters sufficient and present by class."""


def profile(
    cube: MeterCube,
    *,
    model: PresenceModel,
    signals: pl.DataFrame | None = None,
    settings: ProfileSettings | None = None,
) -> Profile:
    """Say what is behind each meter of a cube, what it can do, when it ran, and how sure that is.

    Parameters
    ----------
    signals
        `characterise.frames.SIGNALS`: what flexible demand is looked for against.
    """
    settings = settings or ProfileSettings()
    enough = sufficiency.assess(cube, settings.sufficiency)
    tables = signatures.features(cube, signals)
    judged = presence.assess(
        cube,
        tables,
        enough.sufficient,
        model,
        prevalence=settings.prevalence,
        rule=settings.tiers,
    )
    visibility = injection.smallest_visible(
        cube,
        judged,
        model,
        signals,
        passes=settings.visibility_passes,
        prevalence=settings.prevalence,
    )
    attributions = signatures.attribute(cube, judged.present, signals)
    histories = follow(cube, attributions)
    attributions = while_there(attributions, histories)
    entering = judged.present & (judged.tier < LOW)
    frames = {
        "detections": detections_frame(
            cube,
            tables=tables,
            sufficiency=enough,
            presence=judged,
            visibility=visibility,
            histories=histories,
        ),
        "capability": capability_frame(cube, histories, judged),
        "availability": availability_frame(cube, histories, judged),
        "baselines": baselines.backtest(cube, refit=settings.refit),
        "area_load": area_load(cube, attributions, entering),
    }
    if settings.attribute:
        frames["attribution"] = attribution_frame(cube, attributions)
    return Profile(frames, attributions, _counts(cube, judged))


def attribution_frame(cube: MeterCube, attributions: tuple[Attribution, ...]) -> pl.DataFrame:
    """Half-hours that a class explains, `characterise.frames.ATTRIBUTION`.

    A half-hour without a row is one in which the class did not run, or the boundary is unusable;
    the reads say which.
    """
    times = pl.Series(cube.slot_times().reshape(-1)).dt.replace_time_zone("UTC")
    names = pl.Series(cube.mpan)
    parts = [ATTRIBUTION.to_frame()]
    for part in attributions:
        shape = (len(part.rows), len(times))
        drawn, given = part.import_kw.reshape(shape), part.export_kw.reshape(shape)
        with np.errstate(invalid="ignore"):
            row, at = np.nonzero((drawn > 0) | (given > 0))
        frame = pl.DataFrame(
            {
                "mpan": names.gather(part.rows[row]),
                "asset_class": part.asset_class,
                "ts_utc": times.gather(at),
                "import_kwh": drawn[row, at] / np.float32(2),
                "export_kwh": given[row, at] / np.float32(2),
            }
        )
        parts.append(frame.cast(dict(ATTRIBUTION)))  # type: ignore[arg-type]
    return pl.concat(parts)


def _counts(cube: MeterCube, judged: presence.Presence) -> dict[str, int]:
    def by_class(flags: npt.NDArray[np.bool_], what: str) -> dict[str, int]:
        totals = flags.sum(axis=0)
        return {f"{what}_{name}": int(n) for name, n in zip(ASSET_CLASSES, totals, strict=True)}

    return {
        "meters": cube.n_meters,
        "usable_half_hours": int(np.isfinite(cube.net_kw).sum()),
        **by_class(judged.sufficient, "sufficient"),
        **by_class(judged.present, "present"),
    }
