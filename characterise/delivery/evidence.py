"""All that was found about the claims, in one place for the sentences and the frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.delivery.attribution import PartyRecord
from characterise.delivery.claims import OUTSIDE, Claims
from characterise.delivery.comoving import Movement
from characterise.delivery.detectable import Detection
from characterise.delivery.fraction import Fractions, Regression
from characterise.delivery.ground import Ground
from characterise.delivery.misreadings import Misreading
from characterise.delivery.placebo import Placebo
from characterise.delivery.settings import VerifySettings
from characterise.delivery.trials import Trials
from characterise.delivery.verdict import Shortfall
from characterise.frames import VERDICTS

Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures behind the verdicts of C claims; see the modules that made them."""

    claims: Claims
    trials: Trials
    ground: Ground
    placebo: Placebo
    p_value: Double
    detection: Detection
    regression: Regression
    fractions: Fractions
    record: PartyRecord
    shortfall: Shortfall
    limits: dict[int, list[str]]
    """By claim: sentences on the hard bounds that it breaks."""
    beyond_meter: dict[int, str]
    """By claim: a sentence where it declares more than its own meter ever spanned."""
    rises: dict[int, Movement]
    """By occasion: the load that rose most and that nobody claimed."""
    own_fall_kwh: Double
    """(C,) fall of the claim's own asset meter, NaN unknown."""
    pairing: dict[str, str]
    """Finding of `characterise.delivery.pairing` by asset meter."""
    misread: dict[int, Misreading]
    """By party: how its declarations fit the boundary better than as they stand."""
    climatology: npt.NDArray[np.bool_]
    """(C,) the expectation rests on climatology, no measured weather."""
    verdict: npt.NDArray[np.str_]
    log_e: Double
    """(T, 4) logarithms of the trials' e-values, see `characterise.delivery.cumulative`."""
    counted: npt.NDArray[np.bool_]
    """(C,) claims that enter the record of their party."""
    hidden: npt.NDArray[np.bool_]
    """(O,) occasions whose shortfall a co-moving load explains."""
    settings: VerifySettings

    def energies(self) -> tuple[Double, Double, Double]:
        """Declared, boundary and expected kWh of each claim, NaN where not a half-hour is read.

        Declared counts every half-hour; boundary and expected those that both are known for.
        """
        claims, ground = self.claims, self.ground
        claim = claims.claim_of_half_hour()
        total = np.bincount(claim, weights=claims.declared_kw, minlength=claims.n_claims)
        declared = (0.5 * total).astype(np.float64)
        inside = (claims.row[claim] != OUTSIDE) & (claims.cell != OUTSIDE)
        where = (ground.place(claims.row[claim[inside]]), claims.cell[inside])
        boundary = self._sum(claim[inside], ground.boundary_kw[where])
        expected = self._sum(claim[inside], ground.expected_kw[where])
        return declared, boundary, expected

    def _sum(self, claim: npt.NDArray[np.int64], kw: npt.NDArray[np.float32]) -> Double:
        known = np.isfinite(kw)
        total = np.bincount(claim[known], weights=kw[known], minlength=self.claims.n_claims)
        seen = np.bincount(claim[known], minlength=self.claims.n_claims)
        return np.where(seen > 0, 0.5 * total, np.nan)

    def column(self, values: Double) -> Double:
        """(C,) values of the regression's columns by claim, NaN where a claim was not tried."""
        padded = np.append(values, np.nan)
        return np.asarray(padded[self.regression.column_of_claim])

    def frame(self, reasons: list[list[str]], innocent: list[list[str]]) -> pl.DataFrame:
        """`characterise.frames.VERDICTS`, one row a claim in the order of the claims."""
        declared, boundary, expected = self.energies()
        joint = self.trials.joint[self.claims.occasion]
        figures = {
            "declared_kwh": declared,
            "boundary_kwh": boundary,
            "expected_kwh": expected,
            "p_value": self.p_value[joint],
            "delivered_fraction_p05": self.column(self.fractions.p05),
            "delivered_fraction_p50": self.column(self.fractions.mean),
            "delivered_fraction_p95": self.column(self.fractions.p95),
            "min_detectable_kwh": self.detection.min_detectable_kwh[joint],
        }
        tried = self.regression.column_of_claim >= 0
        for name in ("p_value", "min_detectable_kwh"):
            figures[name] = np.where(tried, figures[name], np.nan)
        return (
            self.claims.table.with_columns(pl.Series("verdict", self.verdict))
            .with_columns(pl.Series(name, held).fill_nan(None) for name, held in figures.items())
            .with_columns(
                pl.Series("reasons", reasons, dtype=pl.List(pl.String)),
                pl.Series("innocent", innocent, dtype=pl.List(pl.String)),
            )
            .select(pl.col(name).cast(dtype) for name, dtype in VERDICTS.items())
        )
