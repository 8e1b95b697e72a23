"""The JavaScript and the style of explorers: the same parts for a notebook and for a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent / "js"
PARTS = ("make", "controls", "handles", "figures", "photos", "picture", "view", "sources")


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def for_notebook() -> str:
    """The module that JupyterLab's widget manager loads."""
    return "\n".join(_read(f"{part}.js") for part in (*PARTS, "lab"))


@cache
def for_page() -> str:
    """A classic script, as file:// refuses modules; it needs window.Plotly."""
    text = "\n".join(_read(f"{part}.js") for part in (*PARTS, "page"))
    return f'(() => {{\n"use strict";\n{text}\n}})();\n'


@cache
def style() -> str:
    return _read("explorer.css")
