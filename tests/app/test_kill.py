"""A process killed at any moment leaves a workspace that opens, verifies and resumes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from app.workspace import Workspace
from registry import audit

WHO = ("--actor", "Kill Test", "--reason", "Killed at a random moment")


def fmar(*arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "app", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,  # the whole group is killed: parent and workers
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )


def run(*arguments: str | Path) -> float:
    started = time.monotonic()
    process = fmar(*arguments)
    _, complaint = process.communicate(timeout=600)
    assert process.returncode in (0, 1), complaint.decode()
    return time.monotonic() - started


def kill_after(seconds: float, *arguments: str | Path) -> bool:
    """Kill the command's process group after a while; False where it had ended before."""
    process = fmar(*arguments)
    time.sleep(seconds)
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    return alive


def assert_sound(folder: Path) -> Workspace:
    workspace = Workspace.open(folder)
    with workspace.ledger.read() as db:
        chain = audit.verify(db)
    assert chain.whole, chain.broken_because
    if "reads" in workspace.committed():
        workspace.reads.current(version=workspace.committed()["reads"])
    return workspace


def content(workspace: Workspace) -> pl.DataFrame:
    reads = workspace.reads.current(version=workspace.committed()["reads"])
    return reads.select("meter_point_id", "quantity", "ts_utc", "kwh", "quality").sort(
        "meter_point_id", "quantity", "ts_utc"
    )


def commands(folder: Path, sample: Path) -> dict[str, tuple[str | Path, ...]]:
    at = ("--workspace", folder)
    return {
        "ingest": ("ingest", sample / "extracts.zip", *at, *WHO),
        "characterise": ("characterise", *at, "--jobs", "2", *WHO),
    }


def survive(kills: int, sample: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    clean, folder = tmp_path / "clean", tmp_path / "killed"
    took = {}
    run("init", clean, *WHO)
    for name, command in commands(clean, sample).items():
        took[name] = run(*command)
    run("init", folder, *WHO)
    interrupted = 0
    for turn in range(kills):
        name = ("ingest", "characterise")[turn >= kills // 2]
        if turn == kills // 2:
            run(*commands(folder, sample)["ingest"])
        interrupted += kill_after(
            chance.uniform(0.1, 1.0) * took[name], *commands(folder, sample)[name]
        )
        assert_sound(folder)
    for command in commands(folder, sample).values():
        run(*command)
    killed, uninterrupted = assert_sound(folder), Workspace.open(clean)
    assert interrupted > 0, "no command was still running when it was to be killed"
    assert content(killed).equals(content(uninterrupted))
    assert killed.results("detections").equals(uninterrupted.results("detections"))
    shutil.rmtree(folder)


def test_ten_kills_at_random_moments_lose_nothing(sample: Path, tmp_path: Path) -> None:
    survive(10, sample, tmp_path, seed=20261120)


@pytest.mark.soak
def test_two_hundred_kills_at_random_moments_lose_nothing(sample: Path, tmp_path: Path) -> None:
    survive(200, sample, tmp_path, seed=int(os.environ.get("FMAR_SEED", "1")))
