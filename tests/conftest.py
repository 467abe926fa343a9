"""Real data where it is, one demonstration workspace for the whole run, a free port."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from app.workspace import Workspace

# A test fails for what it finds, not for how long a busy machine took over it.
settings.register_profile("fmar", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("fmar")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real meters and extracts; the test is skipped, saying so, without it."""
    folder = Path(os.environ.get("FMAR_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "meters" / "reads.parquet").is_file():
        pytest.skip(f"needs the real meters: none at {folder} (set FMAR_DATA)")
    return folder


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample folder, made as sample_data is, of a seed that raises every kind of flag."""
    from characterise.simulate import write_sample

    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, homes=16, businesses=12, seed=10)
    return folder


@pytest.fixture(scope="session")
def built_workspace(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration workspace that nothing may change: copy it, or take `workspace`."""
    from app.workflows.demo import build

    folder = tmp_path_factory.mktemp("built") / "workspace"
    build(folder, sample, actor="Test Builder", say=lambda _: None)
    return folder


@pytest.fixture
def workspace(built_workspace: Path, tmp_path: Path) -> Workspace:
    """A copy of the demonstration workspace that the test may change."""
    from app.workspace import Workspace

    return Workspace.open(Path(shutil.copytree(built_workspace, tmp_path / "workspace")))


@pytest.fixture
def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
