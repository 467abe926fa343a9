"""Simulated sites of known content, laid out once a session."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import pytest

from characterise.simulate import example
from characterise.training.corpus import Batch, simulated_batches


@lru_cache(maxsize=64)
def _site(name: str, seed: int, conduct: str | None) -> Batch:
    return next(simulated_batches(example(name, seed=seed, conduct=conduct)))


@pytest.fixture(scope="session")
def site() -> Callable[..., Batch]:
    """Batch of one example site: ``site(name, seed=1, conduct=None)``."""

    def make(name: str, seed: int = 1, conduct: str | None = None) -> Batch:
        return _site(name, seed, conduct)

    return make
