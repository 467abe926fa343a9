"""Every notebook runs from start to end, offline, and is committed without outputs."""

from __future__ import annotations

import re
from pathlib import Path

import nbclient
import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.notebook
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")  # of the kernel's client, not of the notebook's own code
def test_notebook_runs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    outside = re.findall(r"(?:src|href|url)\W{1,6}https?://[^\s\"']+", str(shown(notebook)))
    assert outside == [], "the page would fetch these; wrap the plot in pn.panel"
    assert all(len(html) > 1000 for html in plots(notebook)), "a plot drew nothing"
    assert plots(notebook) != []


def shown(notebook: nbformat.NotebookNode) -> list[str]:
    """HTML that the notebook shows; the first cell loads the plotting library inline."""
    outputs = [output for cell in notebook.cells[2:] for output in cell.get("outputs", [])]
    return [html for output in outputs if (html := output.get("data", {}).get("text/html"))]


def plots(notebook: nbformat.NotebookNode) -> list[str]:
    return [html for html in shown(notebook) if "bk-" in html or "root_id" in html]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)


def test_there_is_a_first_notebook() -> None:
    assert "01_a_meter_speaks" in [path.stem for path in NOTEBOOKS]
