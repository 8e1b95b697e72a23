"""An explorer where nobody can touch it: its default state, drawn once and recorded."""

from __future__ import annotations

import json
from typing import Any

from lecturekit.explore.study import Study

PLOTLY_MIME = "application/vnd.plotly.v1+json"


class Snapshot:
    """The default figure of a study as notebook output; its function is called once."""

    def __init__(self, study: Study) -> None:
        self._data = {
            PLOTLY_MIME: json.loads(study.figure({}).to_json()),
            "text/plain": study.summary(),
        }
        self._metadata = study.record()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._data, self._metadata
