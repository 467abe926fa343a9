"""Read statuses of cells -> the quality of each reading."""

from __future__ import annotations

import polars as pl

from characterise.extracts.mapping import Mapping
from characterise.extracts.vocabulary import quality_of_words
from characterise.finding import Finding
from characterise.frames import QUALITIES


def qualify(frame: pl.DataFrame, mapping: Mapping, findings: list[Finding]) -> pl.DataFrame:
    """Add ``quality``; a status that nobody explained is not taken for actual."""
    unknown = []
    rows = []
    for word in frame["flag"].unique().sort().to_list():
        quality = mapping.flags.get(word.lower()) or ("actual" if word in ("", "-") else None)
        quality = quality or (word if word in QUALITIES else quality_of_words(word))
        if quality is None:
            unknown.append(word)
        rows.append((word, quality or "estimated"))
    if unknown:
        shown = ", ".join(repr(word) for word in unknown[:5])
        findings.append(
            Finding(
                "flag_unknown",
                f"Nobody said what the read status {shown} means; such readings count as "
                'estimated. Explain it in --map: {"flags": {"' + unknown[0] + '": "actual"}}.',
                {"statuses": len(unknown)},
            )
        )
    table = pl.DataFrame(rows, schema={"flag": pl.String, "quality": pl.String}, orient="row")
    return frame.join(table, on="flag", how="left", maintain_order="left")
