"""Where the links and images of a notebook lead on the site, and the files that come along."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lecturekit.course.errors import CourseError

ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg", "image/gif": ".gif"}


@dataclass
class Assets:
    """Files of the site beside its pages: name -> content; equal ones are kept once."""

    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> str:
        """Keep a file under a name that no other content has. Returns: how pages refer to it."""
        digest = hashlib.sha256(content).hexdigest()[:10]
        unique = f"{Path(name).stem}-{digest}{Path(name).suffix}"
        self.files[unique] = content
        return f"assets/{unique}"


@dataclass(frozen=True)
class Places:
    """What one notebook can lead to."""

    notebook: Path
    pages: frozenset[str]  # stems of the notebooks and guides that have a page
    assets: Assets

    def link(self, target: str) -> str | None:
        """The page of a notebook or guide, an outer address as it is; None for other files."""
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or not parts.path:
            return target
        path = (self.notebook.parent / unquote(parts.path)).resolve()
        if path.suffix not in (".ipynb", ".md") or path.stem not in self.pages:
            return None
        if path.parent != self.notebook.parent.resolve():
            return None
        return f"{path.stem}.html" + (f"#{parts.fragment}" if parts.fragment else "")

    def image(self, source: str, cell: str, attachments: Mapping[str, Mapping[str, str]]) -> str:
        """A copy of an image among the assets.

        Args:
            source: as Markdown or HTML names it.
            cell: how a message names the cell.
            attachments: of the cell: name -> media type -> base64.
        Raises:
            CourseError: there is no such image, or it lies on another machine.
        """
        parts = urlsplit(source)
        if parts.scheme == "data":
            return source
        name = unquote(parts.path)
        if parts.scheme == "attachment":
            for kind, content in attachments.get(name, {}).items():
                return self.picture(kind, content)
        elif not parts.scheme and not parts.netloc and name:
            path = self.notebook.parent / name
            if path.is_file():
                return self.assets.add(path.name, path.read_bytes())
        raise CourseError(
            f"{self.notebook.name}, {cell}: the image {source!r} is not a file of the lecture.\n"
            "Put it into notebooks/images and name it like images/picture.png."
        )

    def picture(self, kind: str, content: str, name: str = "picture") -> str:
        """An image of an output or attachment as an asset: SVG as text, others as base64."""
        text = kind == "image/svg+xml" and content.lstrip().startswith("<")
        data = content.encode() if text else base64.b64decode(content)
        return self.assets.add(name + ENDINGS.get(kind, ".img"), data)
