"""An explorer where no kernel will answer: its default state, and on wish the grid around it."""

from __future__ import annotations

import json
from typing import Any

from lecturekit.explore.controls import Listed
from lecturekit.explore.grid import Grid, grid
from lecturekit.explore.leaves import leaves
from lecturekit.explore.study import Study

PLOTLY_MIME = "application/vnd.plotly.v1+json"
EXPLORER_MIME = "application/vnd.lecturekit.explorer+json"


class Snapshot:
    """The default figures of a study as notebook output; with a grid, all that a page needs."""

    def __init__(self, study: Study, *, with_grid: bool = False) -> None:
        figures = study.figures({})
        self._data: dict[str, Any] = {
            PLOTLY_MIME: json.loads(figures[0].to_json()),
            "text/plain": study.summary(),
        }
        note = ""
        if with_grid:
            made = Grid({}, "", "") if study.code else grid(study)
            note = made.note
            panels = [[json.loads(f"[{k},{v}]") for k, v in leaves(f).items()] for f in figures]
            self._data[EXPLORER_MIME] = {
                "spec": _spec(study, made),
                "first": {"alt": study.alt_text({}), "figures": panels},
                "grid": made.packed,
            }
        self._metadata = study.record(**{"note": note} if note else {})

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._data, self._metadata


def _spec(study: Study, made: Grid) -> dict[str, Any]:
    """What the page offers: the states of its grid, and at rest what it cannot move."""
    page = {**study.page(), "note": made.note}
    for spec in () if study.code else page["controls"]:
        control = study.controls[spec["name"]]
        if isinstance(control, Listed):
            spec["states"] = made.states[spec["name"]]
            spec["texts"] = [control.text(state) for state in spec["states"]]
            spec["frozen"] = len(spec["states"]) == 1
        else:
            spec["frozen"] = True
    return page
