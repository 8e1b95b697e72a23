"""An explorer in a live kernel: one small widget that answers the states it is asked for."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import anywidget
import ipywidgets
import traitlets

from lecturekit.explore import scripts
from lecturekit.explore.leaves import changes, leaves
from lecturekit.explore.packing import as_bytes, pictures
from lecturekit.explore.study import Study

SLICE_SECONDS = 0.03  # of looking ahead at a time, so that a hand that moves never waits longer


class PlotlyLibrary(ipywidgets.Widget):
    """plotly.js for the page, inside its own comm_open: no busy kernel has to answer for it."""

    code = traitlets.Bytes().tag(sync=True)


@cache
def plotly_library() -> PlotlyLibrary:
    """Return the one library of this kernel (1.6 MB, gzip)."""
    from plotly.offline import get_plotlyjs

    return PlotlyLibrary(code=gzip.compress(get_plotlyjs().encode(), compresslevel=3))


class Explorer(anywidget.AnyWidget):
    """A study with a page of its own.

    Its synced state is small and does not grow: the controls, their values, the default figures.
    Every other figure is a message, as its difference from the default, and is kept by the page.
    """

    _esm = scripts.for_notebook()
    _css = scripts.style()

    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)  # written by the page, for when it is loaded again
    first = traitlets.Dict().tag(sync=True)
    library = traitlets.Unicode().tag(sync=True)  # model id of the PlotlyLibrary

    def __init__(self, study: Study) -> None:
        self._study = study
        self._base = [leaves(figure) for figure in study.figures({})]
        self._one_at_a_time = threading.Lock()  # JupyterLab may call from a thread of its own
        super().__init__(
            spec=study.page(),
            values=study.defaults,
            first={
                "alt": study.alt_text({}),
                "figures": as_bytes([changes({}, figure) for figure in self._base]),
            },
            library=plotly_library().model_id,
        )
        # ipykernel 7 serves a page in the thread that last wrote to it, here the one of the cells.
        # Forget that, and JupyterLab's thread for widgets answers even while a cell is running.
        self.comm.__dict__.pop("_reply_subshell_id", None)
        self.on_msg(self._on_question)
        cell_is_running()  # from now on it is known

    def _on_question(self, _: Any, question: Mapping[str, Any], __: Any) -> None:
        """Answer {"ask": [values, …], "ahead": bool}; ahead of time only while no cell runs."""
        ahead = bool(question.get("ahead"))
        answers, drawn, started = [], [], time.perf_counter()
        later = ahead and cell_is_running()
        with self._one_at_a_time:
            for values in () if later else question.get("ask", ()):
                answer, picture = self._answer(values)
                answers.append(answer)
                drawn += picture
                if ahead and time.perf_counter() - started > SLICE_SECONDS:
                    break
        spent = 1000 * (time.perf_counter() - started)
        self.send({"answers": answers, "later": later, "ms": spent}, drawn)

    def _answer(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """The picture of a state, or the reason why there is none."""
        try:
            alt, differences = pictures(self._study, self._base, values)
        except Exception as problem:  # shown under the picture, which stays as it was
            return {"values": values, "problem": f"{type(problem).__name__}: {problem}"}, []
        return {"values": values, "alt": alt}, [as_bytes(differences)]

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**options)
        assert bundle is not None  # only a widget without a view has none
        data, metadata = bundle
        data["text/plain"] = self._study.summary()
        return data, {**metadata, **self._study.record()}


class _Cells:
    """Whether a cell of the notebook is running right now."""

    def __init__(self) -> None:
        from IPython import get_ipython

        shell = get_ipython()
        self.running = shell is not None  # an explorer is made by a cell
        if shell is not None:
            shell.events.register("pre_run_cell", self._starts)
            shell.events.register("post_run_cell", self._ends)

    def _starts(self, *_: Any) -> None:
        self.running = True

    def _ends(self, *_: Any) -> None:
        self.running = False


@cache
def _cells() -> _Cells:
    return _Cells()


def cell_is_running() -> bool:
    return _cells().running
