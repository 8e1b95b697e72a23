"""Notebooks that JupyterLab runs while tests do something else, each in a page of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

from behind import JOBS
from browser import REPOSITORY, Lab, Visit, lab, visit, wait_for_kernel
from explorers_alone import explorers_alone

from lecturekit.course.notebook import as_text, read, source, tags

PATIENCE_SECONDS = 0.5
RUN = """() => {
    window.over = false;
    const ran = jupyterapp.commands.execute("notebook:run-all-cells");
    ran.finally(() => { window.over = true; });
}"""
OVER = "() => window.over"
# No hand is ever at rest here: pictures that explorers ask for ahead of it, which other tests look
# at, would take the processor from the notebooks that still run.
ONLY_WHAT_IS_ASKED = """globalThis[Symbol.for("lecturekit.ahead")] = {
    asking: null, get moved() { return Infinity; }, set moved(time) {},
};"""


# Of these JupyterLab runs what explorers need, on few seeds: whole, they would take seven minutes.
# The others run whole, so that theirs is a second run, whose records must be those of the first.
EXPLORERS_ALONE = "01,03,04,05,06"
FEW = "seeds = 2  # means and intervals need two"


def left_out(name: str) -> bool:
    """Whether LECTUREKIT_LAB_WITHOUT (like 03,04) keeps a notebook out of JupyterLab: its explorers
    move on its page only."""
    return name[:2] in os.environ.get("LECTUREKIT_LAB_WITHOUT", "").split(",")


def whole(name: str) -> bool:
    """Whether JupyterLab runs a notebook whole.

    LECTUREKIT_LAB names those of which it runs what explorers need: 01,06 for these, none for none
    (so that every notebook is run twice), explorers for all.
    """
    alone = os.environ.get("LECTUREKIT_LAB", EXPLORERS_ALONE)
    return alone != "explorers" and name[:2] not in alone.split(",")


class Rehearsal:
    """A copy of the notebooks in JupyterLab; `rehearsal[name]` is the page of one that has run.

    Args:
        folder: where the copy lies and JupyterLab serves it.
        names: the notebooks to run, in this order.
        others: how many notebooks run elsewhere on this machine now.
    """

    AT_A_TIME = 2 * JOBS  # here and elsewhere together

    def __init__(
        self, folder: Path, names: Iterable[str], others: Callable[[], int] = lambda: 0
    ) -> None:
        self.folder, self.waiting, self.others = folder, list(names), others
        self.open: dict[str, Visit] = {}
        self.server: Lab | None = None
        self.ends = contextlib.ExitStack()

    def __enter__(self) -> Self:
        shutil.copytree(REPOSITORY / "notebooks", self.folder / "notebooks")
        for path in sorted((self.folder / "notebooks").glob("*.ipynb")):
            if not whole(path.stem):
                alone = explorers_alone(read(path))
                for cell in alone["cells"]:
                    if "parameters" in tags(cell):
                        cell["source"] = f"{source(cell)}\n{FEW}"
                path.write_text(as_text(alone), encoding="utf-8")
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End JupyterLab with its kernels, and the pages."""
        self.ends.close()

    def file(self, name: str) -> Path:
        return self.folder / "notebooks" / f"{name}.ipynb"

    def go_on(self) -> None:
        """Start notebooks in place of those that are over."""
        running = sum(not self.over(name) for name in self.open)
        room = max(1, self.AT_A_TIME - self.others())
        while self.waiting and running < room:
            self.start(self.waiting.pop(0))
            running += 1

    def over(self, name: str) -> bool:
        return self.open[name].page.evaluate(OVER)

    def start(self, name: str) -> None:
        """Open a notebook and begin to run it."""
        if self.server is None:
            self.server = self.ends.enter_context(lab(self.folder))
        visited = self.ends.enter_context(visit(self.server.page(f"notebooks/{name}.ipynb")))
        wait_for_kernel(visited.page)
        visited.page.evaluate(ONLY_WHAT_IS_ASKED)
        visited.page.evaluate(RUN)
        self.open[name] = visited

    def wait(self, seconds: float) -> None:
        """Let time pass: notebooks go on, and pages are answered."""
        self.go_on()
        if self.open:
            next(iter(self.open.values())).page.wait_for_timeout(1000 * seconds)
        else:
            time.sleep(seconds)

    def __getitem__(self, name: str) -> Visit:
        """The page of a notebook that has run to its end."""
        while name not in self.open or not self.over(name):
            self.wait(PATIENCE_SECONDS)
        return self.open[name]
