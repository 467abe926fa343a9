import pytest

from characterise.results_folder import staged

NAMES = ("a.txt", "b.txt", "run.json")


def test_files_appear_together_and_stale_ones_go(tmp_path):
    out = tmp_path / "deep" / "out"
    out.mkdir(parents=True)
    (out / "b.txt").write_text("of an earlier run")
    (out / "notes.txt").write_text("mine")
    with staged(out, NAMES) as folder:
        (folder / "a.txt").write_text("new")
        (folder / "scratch").mkdir()
        assert not (out / "a.txt").exists()
    assert sorted(path.name for path in out.iterdir()) == ["a.txt", "notes.txt"]


@pytest.mark.parametrize("there", [True, False])
def test_a_failure_leaves_the_folder_as_it_was(tmp_path, there):
    out = tmp_path / "out"
    if there:
        out.mkdir()
        (out / "a.txt").write_text("old")

    def half_a_run() -> None:
        with staged(out, NAMES) as folder:
            (folder / "a.txt").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half_a_run()
    assert out.exists() == there
    if there:
        assert [(path.name, path.read_text()) for path in out.iterdir()] == [("a.txt", "old")]
