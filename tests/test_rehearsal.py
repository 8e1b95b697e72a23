"""How many notebooks JupyterLab runs at a time, and which of them whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from rehearsal import Rehearsal, left_out, whole


class Stage(Rehearsal):
    """A rehearsal without a browser: a notebook is open when started, and over when told."""

    def __init__(self, names: str, others: int) -> None:
        super().__init__(Path("nowhere"), names, lambda: others)
        self.ended: set[str] = set()

    def start(self, name: str) -> None:
        self.open[name] = None

    def over(self, name: str) -> bool:
        return name in self.ended


def test_those_that_run_elsewhere_take_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rehearsal, "AT_A_TIME", 2)
    started = {}
    for others in (0, 1, 2):
        stage = Stage("abc", others)
        stage.go_on()
        started[others] = "".join(stage.open)
    assert started == {0: "ab", 1: "a", 2: "a"}


def test_the_next_starts_when_one_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rehearsal, "AT_A_TIME", 2)
    stage = Stage("abcd", others=0)
    stage.go_on()
    stage.go_on()
    assert "".join(stage.open) == "ab"
    stage.ended.add("b")
    stage.go_on()
    assert "".join(stage.open) == "abc"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ["01_a", "02_b", "06_c"]),
        ("explorers", []),
        ("01,06", ["02_b"]),
        ("02", ["01_a", "06_c"]),
    ],
)
def test_the_environment_says_which_notebooks_run_whole(
    monkeypatch: pytest.MonkeyPatch, asked: str, expected: list[str]
) -> None:
    monkeypatch.setenv("LECTUREKIT_LAB", asked)
    assert [name for name in ("01_a", "02_b", "06_c") if whole(name)] == expected


def test_the_environment_keeps_notebooks_out_of_jupyterlab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LECTUREKIT_LAB_WITHOUT", raising=False)
    assert not left_out("03_a")
    monkeypatch.setenv("LECTUREKIT_LAB_WITHOUT", "03,05")
    assert [left_out(name) for name in ("03_a", "04_b", "05_c")] == [True, False, True]
