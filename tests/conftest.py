"""What all tests share: a quiet TensorFlow, the real data where they lie, two tables."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow reads it once, when imported
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
if REAL_DATA.is_dir():
    os.environ.setdefault("LECTUREKIT_DATA", str(REAL_DATA))


@pytest.fixture(scope="session")
def exams():
    """The exam scores that ship with the project."""
    from lecturekit.datasets import load_exams

    return load_exams()


@pytest.fixture(scope="session")
def four_tasks():
    """Four tasks of 8, 16, 24 and 32 rows: y = x₀ + an own constant (−3, −1, 1, 3) + noise."""
    from lecturekit.datasets import Card, TaskTable

    rng = np.random.default_rng(0)
    task = np.repeat(np.arange(4), [8, 16, 24, 32])
    x = rng.normal(size=(80, 3))
    return TaskTable(
        x=x,
        y=x[:, 0] + 2 * task - 3 + 0.1 * rng.normal(size=80),
        task=task,
        features=("first", "second", "third"),
        tasks=("a", "b", "c", "d"),
        target="made-up score",
        card=Card("four", "Four tasks", "made here", "none", "none", "none official", "anything"),
    )


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """Every notebook whole, with the parameters that it is committed with: name -> outcome.

    Explorers carry the pictures of an exported page, so that the site can be laid out from these.
    """
    from lecturekit.course.outcome import table
    from lecturekit.course.run import run

    notebooks = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
    outcomes = run(notebooks, tmp_path_factory.mktemp("executed"), static="grid")
    print(table(outcomes))
    for outcome in outcomes:
        assert outcome.ok, f"{outcome.notebook} {outcome.result}: {outcome.message}"
    return {outcome.notebook: outcome for outcome in outcomes}
