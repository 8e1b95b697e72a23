"""Code with its words in colours; the colours themselves are in static/site.css."""

from __future__ import annotations

from html import escape

BLOCK = '<pre class="site-scroll" role="group" tabindex="0" aria-label="{}"><code>{}</code></pre>'


def python(code: str) -> str:
    """Python as a block."""
    return block(code, "python")


def block(code: str, language: str = "", label: str = "Code") -> str:
    """Code of a language as a block; one that Pygments does not know stays plain."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    code = code.rstrip("\n")
    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False)
    except ClassNotFound:
        return BLOCK.format(label, escape(code))
    return BLOCK.format(label, highlight(code, lexer, HtmlFormatter(nowrap=True)).rstrip("\n"))
