"""What people entered about a meter point: agreements, assets, flags and the audit trail."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import panel as pn
import polars as pl

from app.plots.agreements import agreements_timeline
from app.session import link
from app.views import markup, wording
from app.views.detections import settled
from app.views.plot_pane import PlotPane
from characterise.asset_classes import FLEXIBLE_DEMAND
from registry import code_lists

if TYPE_CHECKING:
    from app.workflows.evidence import MeterEvidence

AGREEMENTS: Final[markup.Columns] = {
    "fsp": ("Provider", None),
    "amsid": ("Asset meter", lambda amsid: wording.masked(amsid) if amsid else "whole site"),
    "market": ("Market", wording.market),
    "stack_rank": ("Stack rank", None),
    "exclusive": ("Exclusive", None),
    "primacy_type": ("Primacy", lambda code: "none" if code == "NONE" else str(code)),
    "valid_from": ("From", wording.moment),
    "valid_to": ("To (not included)", lambda day: wording.moment(day) if day else "open"),
}
ASSETS: Final[markup.Columns] = {
    "name": ("Asset", None),
    "asset_class": ("Registered as", wording.asset_class),
    "rated_import_kw": ("Declared import kW", None),
    "rated_export_kw": ("Declared export kW", None),
    "commissioned_on": ("Commissioned", wording.moment),
    "recorded_by": ("Recorded by", None),
    "recorded_at": ("Recorded", wording.moment),
}
_FLAGS: Final[markup.Columns] = {
    "title": ("Flag", None),
    "state": ("State", lambda state: wording.STATES.get(state, str(state))),
    "kw_at_stake": ("kW at stake", None),
    "decided_by": ("Decided by", None),
    "flag_id": ("", lambda flag: markup.anchor(link("queue", flag=flag), "Review")),
}
_AUDIT: Final[markup.Columns] = {
    "seq": ("#", None),
    "at": ("When", wording.moment),
    "actor": ("Who", None),
    "action": ("Did", None),
    "entity": ("To what", None),
    "reason": ("Why", None),
}
_SIDES: Final = ("rated_import_kw", "rated_export_kw")


class Entries(pn.viewable.Viewer):
    """Declared beside observed, rights over time, flags and who did what."""

    def __init__(self) -> None:
        super().__init__()
        self._beside, self._agreements = markup.pane(), markup.pane()
        self._flags, self._audit = markup.pane(), markup.pane()
        self._timeline = PlotPane()

    def draw(self, evidence: MeterEvidence, today: dt.date) -> None:
        """Write the register's entries of one meter point."""
        with pn.io.hold():
            self._beside.object = beside_html(evidence)
            self._agreements.object = markup.table(
                evidence.agreements,
                AGREEMENTS,
                "Dispatch rights",
                empty="No agreement names this meter point.",
            )
            self._timeline.visible = not evidence.agreements.is_empty()
            if not evidence.agreements.is_empty():
                self._timeline.object = agreements_timeline(evidence.agreements, today)
            self._flags.object = flags_html(evidence.flags)
            self._audit.object = audit_html(evidence.audit)

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            markup.pane("<h2>What the register says</h2>"),
            self._beside,
            self._agreements,
            self._timeline,
            self._flags,
            self._audit,
            sizing_mode="stretch_width",
        )


def beside_html(evidence: MeterEvidence) -> str:
    """Write registered assets, and per class and direction what was declared and what was seen."""
    held = markup.table(
        evidence.assets, ASSETS, "Registered assets", empty="No asset is registered here."
    )
    return held + markup.table(
        declared_beside_observed(
            evidence.assets, settled(evidence.capability, evidence.detections)[0]
        ),
        {
            "asset_class": ("Class", _class_or_not_observable),
            "side": ("Direction", None),
            "declared_kw": ("Declared kW (total)", None),
            "observed_kw": ("Observed p90 kW", None),
            "lower": ("At least", None),
            "upper": ("At most", None),
        },
        "Declared beside observed",
        empty="Nothing to compare yet.",
    )


def declared_beside_observed(assets: pl.DataFrame, capability: pl.DataFrame) -> pl.DataFrame:
    """One row a class and direction; several assets of a class are compared as a total.

    Columns: asset_class, side, declared_kw, observed_kw, lower, upper; null is not known. A
    category that can shed load is compared with the load let go, at most what it draws.
    """
    seen = pl.DataFrame(
        schema={
            "asset_class": pl.String,
            "parameter": pl.String,
            "observed_kw": pl.Float64,
            "lower": pl.Float64,
            "upper": pl.Float64,
        }
    )
    if not capability.is_empty():
        seen = capability.filter(
            pl.col("statistic") == "p90", pl.col("parameter").is_in(list(_SIDES))
        ).select(
            "asset_class",
            "parameter",
            pl.col("value").cast(pl.Float64).alias("observed_kw"),
            pl.col("lower").cast(pl.Float64),
            pl.col("upper").cast(pl.Float64),
        )
    said = pl.DataFrame(
        schema={"asset_class": pl.String, "parameter": pl.String, "declared_kw": pl.Float64}
    )
    if not assets.is_empty():
        said = (
            assets.select("asset_class", *(pl.col(side).cast(pl.Float64) for side in _SIDES))
            .unpivot(index="asset_class", variable_name="parameter", value_name="declared_kw")
            .drop_nulls("declared_kw")
            .with_columns(pl.col("asset_class").map_elements(_compared, return_dtype=pl.String))
            .with_columns(
                pl.when(pl.col("asset_class") == FLEXIBLE_DEMAND)
                .then(pl.lit("rated_export_kw"))
                .otherwise("parameter")
                .alias("parameter")
            )
            .group_by("asset_class", "parameter", maintain_order=True)
            .agg(pl.col("declared_kw").sum())
        )
    sides = {"rated_import_kw": "import", "rated_export_kw": "export"}
    shed = {"rated_import_kw": "load raised", "rated_export_kw": "load let go"}
    return (
        said.join(seen, on=["asset_class", "parameter"], how="full", coalesce=True)
        .with_columns(
            pl.when(pl.col("asset_class") == FLEXIBLE_DEMAND)
            .then(pl.col("parameter").replace_strict(shed, default=None))
            .otherwise(pl.col("parameter").replace_strict(sides, default=None))
            .alias("side")
        )
        .select("asset_class", "side", "declared_kw", "observed_kw", "lower", "upper")
        .sort("asset_class", "side")
    )


def _compared(category: str) -> str:
    """Observable class that a registered category is compared with; itself where there is none."""
    return code_lists.compared_with(category) or category


def _class_or_not_observable(code: str | None) -> str:
    name = wording.asset_class(code)
    return name if code in code_lists.ENGINE_CLASSES else f"{name} (not observable here)"


def flags_html(flags: pl.DataFrame) -> str:
    """Write the flags of a meter point, each with a link to its review."""
    return markup.table(flags, _FLAGS, "Flags", empty="No flag was raised here.")


def audit_html(audit: pl.DataFrame) -> str:
    """Write who did what to the flags of a meter point, newest first."""
    if "seq" not in audit.columns and "id" in audit.columns:
        audit = audit.rename({"id": "seq"})
    return markup.table(audit, _AUDIT, "Audit trail", empty="Nobody decided anything here yet.")
