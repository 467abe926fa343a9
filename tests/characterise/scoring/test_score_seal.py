"""A seal given away beforehand shows that nothing was changed since."""

from __future__ import annotations

import hashlib
import json

import pytest

from characterise.scoring.runs import Run
from characterise.scoring.seal import BrokenSeal, check_outputs, check_seal, seal_of


@pytest.fixture
def sealed(tmp_path):
    (tmp_path / "detections.parquet").write_bytes(b"frozen")
    digest = hashlib.sha256(b"frozen").hexdigest()
    outputs = {"detections": {"file": "detections.parquet", "sha256": digest}}
    (tmp_path / "run.json").write_text(json.dumps({"outputs": outputs}))
    return Run(tmp_path, None)


def test_untouched_results_pass_under_their_own_seal(sealed):
    check_seal(sealed, seal_of(sealed))
    check_seal(sealed, f"sha256:{seal_of(sealed)[:16].upper()}")
    assert check_outputs(sealed)


def test_a_changed_result_breaks_the_seal_although_run_json_stands(sealed):
    (sealed.folder / "detections.parquet").write_bytes(b"thawed")
    with pytest.raises(BrokenSeal, match=r"detections\.parquet"):
        check_seal(sealed, seal_of(sealed))


def test_a_changed_run_json_breaks_the_seal(sealed):
    before = seal_of(sealed)
    (sealed.folder / "run.json").write_text("{}")
    with pytest.raises(BrokenSeal, match="not the results"):
        check_seal(sealed, before)
    assert not check_outputs(sealed)
    with pytest.raises(BrokenSeal, match="no checksums"):
        check_seal(sealed, seal_of(sealed))


def test_a_word_too_short_to_name_anything_is_no_seal(sealed):
    with pytest.raises(BrokenSeal):
        check_seal(sealed, seal_of(sealed)[:4])


def test_a_missing_result_breaks_the_seal(sealed):
    (sealed.folder / "detections.parquet").unlink()
    with pytest.raises(BrokenSeal, match="not there"):
        check_outputs(sealed)
