"""Derive what flexible assets behind a meter point can do, from half-hourly reads alone."""

import os
from contextlib import suppress
from pathlib import Path

from characterise.kernel_cache import kernel_cache

if "NUMBA_CACHE_DIR" not in os.environ:
    with suppress(OSError):  # nowhere to write: numba finds a place of its own, or compiles anew
        os.environ["NUMBA_CACHE_DIR"] = str(kernel_cache(Path(__file__).parent))
