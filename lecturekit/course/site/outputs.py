"""Outputs of an executed cell as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from lecturekit.claims import MIME
from lecturekit.course.notebook import Raw
from lecturekit.course.site.prose import Writer
from lecturekit.course.site.rewrite import opened, rewrite

WIDGET = "application/vnd.jupyter.widget-view+json"
PLAIN = {"text/plain"}
IMAGES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif")
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # of a terminal
REPR = re.compile(r"<[\w.]+( .*)?>$|^Figure\(", re.DOTALL)  # says nothing to a reader
TEXT = '<pre class="site-text site-scroll" role="group" tabindex="0" aria-label="{}">{}</pre>'


@dataclass(frozen=True)
class Output:
    """One output: `kind` is picture, claim, markup or text; `what` names it in a message."""

    html: str
    kind: str
    what: str
    note: str = ""  # what an exported explorer has to say about itself

    @property
    def picture(self) -> bool:
        return self.kind == "picture"


def outputs(cell: Raw, name: str, writer: Writer) -> list[Output]:
    """All outputs of a code cell, in order; a stream that came in pieces is one. A widget that is
    nothing else, such as a progress bar, needs a kernel and is left out."""
    given = [o for o in cell.get("outputs", []) if o.get("data", {}).keys() - PLAIN != {WIDGET}]
    return [shown(output, name, writer) for output in joined(given)]


def joined(given: list[Raw]) -> Iterator[Raw]:
    """The outputs, pieces of a stream put together; what shows nothing is left out."""
    before: Raw | None = None
    for output in given:
        if output["output_type"] != "stream":
            yield from [before] if before else []
            before = None
            yield output
        elif before and before["name"] == output["name"]:
            before = {**before, "text": text(before["text"]) + text(output["text"])}
        else:
            yield from [before] if before else []
            before = output
    yield from [before] if before else []


def shown(output: Raw, name: str, writer: Writer) -> Output:
    """One output, in the richest form that lives without a kernel."""
    match output["output_type"]:
        case "stream":
            label = "Output" if output["name"] == "stdout" else "Messages"
            return Output(preformatted(text(output["text"]), label), "text", f"{name}, text")
        case "error":
            trace = "\n".join(output.get("traceback", []))
            return Output(preformatted(trace, "Error"), "text", f"{name}, error")
    data, metadata = output.get("data", {}), output.get("metadata", {})
    return picture(data, metadata, name, writer) or markup(data, name, writer)


def picture(data: Raw, metadata: Raw, name: str, writer: Writer) -> Output | None:
    """An explorer, a figure or an image; None where the output holds none."""
    from lecturekit.explore import page

    about = metadata.get("lecturekit", {})
    explorer = about.get("explorer") or {}
    title = explorer.get("title", "")
    element = page.element(data, metadata)
    if element is not None:
        what = f"{name}, explorer {title!r}" if title else f"{name}, figure"
        note = f"{title}: {explorer['note']}" if explorer.get("note") else ""
        return Output(element, "picture", what, note)
    for kind in IMAGES:
        if kind in data:
            plain = text(data.get("text/plain", "")).strip()
            known = "" if REPR.search(plain) else plain.removeprefix("Figure: ")
            alt = about.get("alt") or known or "Picture drawn by the code of this cell"
            content = text(data[kind])
            source = writer.places.picture(kind, content, name.removeprefix("cell "))
            image = opened("img", {"src": source, "alt": alt})
            return Output(image, "picture", f"{name}, picture")
    return None


def markup(data: Raw, name: str, writer: Writer) -> Output:
    """HTML, Markdown, a formula or plain text."""
    places = writer.places
    if "text/html" in data:
        html = text(data["text/html"])
        html = rewrite(html, places.link, lambda source: places.image(source, name, {}))
        if MIME in data:
            return Output(html, "claim", f"{name}, claim {data[MIME]['number']}")
        return Output(html, "markup", f"{name}, HTML")
    for kind in ("text/markdown", "text/latex"):
        if kind in data:
            return Output(writer.html(text(data[kind]), name), "markup", f"{name}, Markdown")
    plain = text(data.get("text/plain", ""))
    return Output(preformatted(plain, "Output"), "text", f"{name}, text")


def preformatted(given: str, label: str) -> str:
    """Text as a terminal would leave it: without colours, overwritten lines gone."""
    lines = COLOURS.sub("", given).replace("\r\n", "\n").rstrip("\n").split("\n")
    kept = [line.rstrip("\r").rpartition("\r")[2] for line in lines]
    return TEXT.format(label, escape("\n".join(kept)))


def text(given: Any) -> str:
    """A text that the file may hold as a list of lines."""
    return given if isinstance(given, str) else "".join(given)
