"""An explorer in a live kernel: one small widget that answers each state with a figure."""

from __future__ import annotations

import gzip
import threading
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

from lecturekit.explore.study import Study

HERE = Path(__file__).parent
SCRIPTS = ("controls.js", "picture.js", "explorer.js")


class PlotlyLibrary(ipywidgets.Widget):
    """plotly.js for the page, inside its own comm_open: no busy kernel has to answer for it."""

    code = traitlets.Bytes().tag(sync=True)


@cache
def plotly_library() -> PlotlyLibrary:
    """Return the one library of this kernel (1.5 MB, gzip)."""
    from plotly.offline import get_plotlyjs

    return PlotlyLibrary(code=gzip.compress(get_plotlyjs().encode(), compresslevel=6))


class Explorer(anywidget.AnyWidget):
    """A study with a page of its own.

    Its synced state is small and does not grow: the controls, their values, the default figure.
    Every other figure is a message, ``figure.to_json()`` as one binary buffer, and is kept nowhere.
    """

    _esm = "\n".join((HERE / script).read_text(encoding="utf-8") for script in SCRIPTS)
    _css = (HERE / "explorer.css").read_text(encoding="utf-8")

    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    library = traitlets.Unicode().tag(sync=True)  # model id of the PlotlyLibrary

    def __init__(self, study: Study) -> None:
        self._study = study
        self._one_at_a_time = threading.Lock()  # JupyterLab may call from a thread of its own
        super().__init__(
            spec={"title": study.title, "controls": study.spec(), "defaults": study.defaults},
            values=study.defaults,
            first={"alt": study.alt_text({}), "figure": pack(study.figure({}))},
            library=plotly_library().model_id,
        )
        # ipykernel 7 serves a page in the thread that last wrote to it, here the one of the cells.
        # Forget that, and JupyterLab's thread for widgets answers even while a cell is running.
        vars(self.comm).pop("_reply_subshell_id", None)
        self.observe(self._answer, "values")
        self.on_msg(self._answer)

    def _answer(self, *_: Any) -> None:
        """Send the figure of the current values, or the reason why there is none."""
        with self._one_at_a_time:
            values = self.values
            try:
                picture = pack(self._study.figure(values))
                answer = {"values": values, "alt": self._study.alt_text(values)}
            except Exception as problem:  # shown under the picture, which stays as it was
                text = f"{type(problem).__name__}: {problem}"
                self.send({"values": values, "problem": text})
            else:
                self.send(answer, [picture])

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**options)
        data["text/plain"] = self._study.summary()
        return data, {**metadata, **self._study.record()}


def pack(figure: Any) -> bytes:
    """Return a figure as the bytes that travel: JSON in which plotly keeps arrays as base64."""
    return figure.to_json().encode()
