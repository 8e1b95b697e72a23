"""HTML of a notebook made fit for the site: links, images, and tables that scroll in themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

SCROLLS = '<div class="site-scroll" role="group" tabindex="0" aria-label="{}">'
PANDAS_STYLE = re.compile(r"<style scoped>.*?</style>\s*", re.DOTALL)  # the site has its own
EMPTY_HEADER = re.compile(r"<th([^>]*)>\s*(?:&nbsp;)?\s*</th>")  # heads nothing
Attributes = dict[str, str]


def rewrite(
    html: str, link: Callable[[str], str | None], image: Callable[[str], str], alt: str = ""
) -> str:
    """The same HTML with other targets.

    Args:
        html: as Markdown or an output gives it.
        link: target of a link -> target on the site, None where the site has no such thing.
        image: source of an image -> source on the site.
        alt: alternative text of images that have none.
    """
    writer = Rewriter(link, image, alt)
    writer.feed(EMPTY_HEADER.sub(r"<td\1></td>", PANDAS_STYLE.sub("", html)))
    writer.close()
    return "".join(writer.out)


class Rewriter(HTMLParser):
    """Passes on what it reads as it is, except for links, images and tables."""

    def __init__(
        self, link: Callable[[str], str | None], image: Callable[[str], str], alt: str
    ) -> None:
        super().__init__(convert_charrefs=False)
        self.link, self.image, self.alt = link, image, alt
        self.out: list[str] = []
        self.anchors: list[str] = []  # what closes each open <a>
        self.tables = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            target = self.link(given.pop("href"))
            self.anchors.append("span" if target is None else "a")
            self.out.append("<span>" if target is None else opened("a", {"href": target, **given}))
        elif tag == "a":
            self.anchors.append("a")
            self.out.append(self.get_starttag_text() or "")
        elif tag == "img":
            given |= {"src": self.image(given.get("src", "")), "alt": given.get("alt") or self.alt}
            self.out.append(opened("img", given))
        else:
            if tag == "table":
                self.tables += 1
                self.out.append(SCROLLS.format("Table") if self.tables == 1 else "")
            self.out.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.handle_starttag(tag, attrs)
        else:
            self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.out.append(f"</{self.anchors.pop() if tag == 'a' and self.anchors else tag}>")
        if tag == "table" and self.tables:
            self.tables -= 1
            self.out.append("" if self.tables else "</div>")

    def handle_data(self, data: str) -> None:
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")


def opened(tag: str, attributes: Attributes) -> str:
    """The opening tag."""
    words = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{words}>"
