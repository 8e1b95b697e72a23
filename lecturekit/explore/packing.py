"""Pictures of states as they travel: their difference from the default, many in one pack."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any

from lecturekit.explore.leaves import Leaves, changes, leaves
from lecturekit.explore.study import Study

Change = list[str | None]  # [path, leaf], both JSON; the leaf is None where it is gone
Panels = list[list[Change]]  # changes for each of the linked pictures


def pictures(study: Study, base: list[Leaves], values: Mapping[str, Any]) -> tuple[str, Panels]:
    """Return the alt text of a state, and what differs in its figures from the default ones.

    Raises what the figure function does, and ValueError where it returns another number of figures.
    """
    figures = [leaves(figure) for figure in study.figures(values)]
    if len(figures) != len(base):
        raise ValueError(f"{len(figures)} pictures where the default state has {len(base)}")
    differences = [changes(old, new) for old, new in zip(base, figures, strict=True)]
    return study.alt_text(values), differences


def as_bytes(panels: Panels) -> bytes:
    """Changes as a message: JSON of [path, leaf] for each panel, [path] for what is gone."""
    texts = (
        ",".join(f"[{path}]" if leaf is None else f"[{path},{leaf}]" for path, leaf in panel)
        for panel in panels
    )
    return f"[{','.join(f'[{text}]' for text in texts)}]".encode()


def pack(rows: Iterable[Mapping[str, Any]]) -> str:
    """Gzip in base64 of {paths, leaves, rows}: each path and leaf once, and numbers into these.

    rows: {"alt", "changes": panels} or {"problem"}; a leaf that is gone has number -1.
    """
    paths: dict[str, int] = {}
    kept: dict[str, int] = {}

    def numbers(panel: list[Change]) -> list[int]:
        found = []
        for path, leaf in panel:
            found.append(paths.setdefault(str(path), len(paths)))
            found.append(-1 if leaf is None else kept.setdefault(leaf, len(kept)))
        return found

    packed = [
        row if "problem" in row
        else {"alt": row["alt"], "figures": [numbers(panel) for panel in row["changes"]]}
        for row in rows
    ]  # fmt: skip
    text = (
        f'{{"paths":[{",".join(paths)}],"leaves":[{",".join(kept)}],'
        f'"rows":{json.dumps(packed, separators=(",", ":"))}}}'
    )
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
