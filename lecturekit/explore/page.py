"""An explorer or a figure of an executed notebook, as HTML that lives without a kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def element(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | None:
    """The HTML of an output that holds an explorer or a plotly figure; None where it holds neither.

    Args:
        data, metadata: of a display_data or execute_result output.
    """
    raise NotImplementedError


def script() -> str:
    """The JavaScript that brings the elements of a page to life; it needs window.Plotly."""
    raise NotImplementedError


def style() -> str:
    """The style sheet that the elements need."""
    raise NotImplementedError
