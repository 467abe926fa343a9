"""How well a classifier tells simulated boundaries from real ones of the same kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from characterise.training.discriminator import separate
from characterise.training.kinds import KINDS, real_boundaries, simulated_boundaries

SEED = 7


@pytest.mark.parametrize("name", KINDS)
def test_simulated_from_real(benchmark: Any, real_data: Path, name: str) -> None:
    real = real_boundaries(KINDS[name], real_data)
    made = simulated_boundaries(KINDS[name], SEED)
    found = benchmark.pedantic(separate, (real, made), rounds=1)
    benchmark.extra_info["auc"] = round(found.auc, 3)
    benchmark.extra_info["interval"] = [round(found.low, 3), round(found.high, 3)]
    benchmark.extra_info["sites"] = [found.n_real, found.n_simulated]
    benchmark.extra_info["telling"] = [f"{name} {own:.2f}" for name, own, _, _ in found.telling[:6]]
    assert 0.0 <= found.low <= found.auc <= found.high <= 1.0
