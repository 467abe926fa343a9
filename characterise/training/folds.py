"""Folds that share neither a home, nor a building, nor a charging trace."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import polars as pl

Index = npt.NDArray[np.int64]


def clusters(sites: pl.DataFrame) -> Index:
    """(N,) number of each site's cluster: sites linked by ``group_id`` or ``trace_id``."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    names = []
    for mpan, group, trace in sites.select("mpan", "group_id", "trace_id").iter_rows():
        own = f"g:{group}" if group is not None else f"m:{mpan}"
        names.append(own)
        root(own)
        if trace is not None:
            parent[root(f"t:{trace}")] = root(own)
    roots = [root(name) for name in names]
    order = {name: place for place, name in enumerate(dict.fromkeys(roots))}
    return np.array([order[name] for name in roots], dtype=np.int64)


def folds(cluster: Index, names: list[str], n_folds: int) -> Index:
    """(N,) fold of each site, by a checksum of the first name of its cluster: no order matters."""
    first: dict[int, str] = {}
    for place, name in sorted(zip(cluster.tolist(), names, strict=True), key=lambda pair: pair[1]):
        first.setdefault(place, name)
    number = {
        place: int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % n_folds
        for place, name in first.items()
    }
    return np.array([number[int(place)] for place in cluster], dtype=np.int64)
