"""Compiled kernels never outlive the sources that they were compiled from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from characterise.kernel_cache import KEPT, kernel_cache


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "inner").mkdir(parents=True)
    (folder / "caller.py").write_text("from inner.callee import f")
    (folder / "inner" / "callee.py").write_text("def f(): return 1")
    return folder


def test_the_same_sources_share_one_folder(package: Path, tmp_path: Path) -> None:
    assert kernel_cache(package, tmp_path / "c") == kernel_cache(package, tmp_path / "c")


def test_a_changed_callee_moves_its_callers_too(package: Path, tmp_path: Path) -> None:
    before = kernel_cache(package, tmp_path / "c")
    (package / "inner" / "callee.py").write_text("def f(): return 2")
    assert kernel_cache(package, tmp_path / "c") != before


def test_a_moved_module_counts_as_a_change(package: Path, tmp_path: Path) -> None:
    before = kernel_cache(package, tmp_path / "c")
    (package / "inner" / "callee.py").rename(package / "callee.py")
    assert kernel_cache(package, tmp_path / "c") != before


def test_old_folders_are_cleared_away_and_the_present_one_stays(
    package: Path, tmp_path: Path
) -> None:
    folders = []
    for n in range(KEPT + 4):
        (package / "caller.py").write_text(f"# {n}")
        folders.append(kernel_cache(package, tmp_path / "c"))
        os.utime(folders[-1], (n, n))
    left = {path for path in (tmp_path / "c").iterdir()}
    assert folders[-1] in left
    assert len(left) == KEPT + 1


def test_the_package_uses_such_a_folder() -> None:
    import characterise

    assert characterise.__file__ is not None
    assert os.environ["NUMBA_CACHE_DIR"]
