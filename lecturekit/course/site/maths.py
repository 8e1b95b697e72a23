"""Formulas as MathML, made when the site is built: a browser needs no script to show them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import unescape
from xml.etree import ElementTree

from lecturekit.course.errors import CourseError

# The converter knows the inner environments of amsmath under other names.
OTHER_NAMES = (
    (re.compile(r"\\(begin|end)\{aligned\}"), r"\\\1{split}"),
    (re.compile(r"\\begin\{gathered\}"), r"\\begin{array}{c}"),
    (re.compile(r"\\end\{gathered\}"), r"\\end{array}"),
)
ENVIRONMENT = re.compile(r"\\begin\{([^}]*)\}")
UNESCAPED_BRACE = re.compile(r"\\.|([{}])", re.DOTALL)
ATTRIBUTES = {"negativethinmathspace": "-0.167em"}  # browsers no longer know the name
WORD_SPACE = "0.167em"
BARS = ("|", "‖")


class BadFormula(CourseError):
    """A formula that cannot be shown; says where it stands once `at` knows."""

    def __init__(self, tex: str, why: str) -> None:
        super().__init__(f"cannot show the formula {tex.strip()!r}: {why}")

    def at(self, notebook: str, cell: str) -> CourseError:
        """The same with its place."""
        return CourseError(
            f"{notebook}.ipynb, {cell}: {self}.\n"
            "Write it with the usual commands of LaTeX and amsmath, then repeat."
        )


@cache
def mathml(tex: str, *, display: bool) -> str:
    """The `<math>` element of a formula, with its TeX as alternative text.

    Args:
        tex: what stands between the dollars.
        display: whether it stands on a line of its own.
    Raises:
        BadFormula: it is not TeX, or uses what the converter does not know.
    """
    from latex2mathml.commands import MATRICES
    from latex2mathml.converter import convert_to_element

    balanced(tex)
    known = tex
    for name, other in OTHER_NAMES:
        known = name.sub(other, known)
    for environment in ENVIRONMENT.findall(known):
        if f"\\{environment}" not in MATRICES:
            raise BadFormula(tex, f"there is no environment {environment!r} here")
    try:
        root = convert_to_element(known, display="block" if display else "inline")
    except Exception as error:  # the converter has a dozen kinds, some without a text
        why = str(error) or re.sub(r"(?<!^)([A-Z])", r" \1", type(error).__name__).lower()
        raise BadFormula(tex, why) from error
    for element in root.iter():
        mend(element, tex)
    del root.attrib["xmlns"]  # HTML needs none, and with it every name would get a prefix
    root.set("alttext", " ".join(tex.split()))
    return ElementTree.tostring(root, encoding="unicode")


def balanced(tex: str) -> None:
    """Refuse unequal braces, which the converter would swallow."""
    depth = 0
    for found in UNESCAPED_BRACE.finditer(tex):
        depth += {"{": 1, "}": -1}.get(found.group(1), 0)
        if depth < 0:
            break
    if depth:
        raise BadFormula(tex, "its braces do not match")


def mend(element: ElementTree.Element, tex: str) -> None:
    """Make of the converter's element what today's browsers show as TeX would.

    Raises:
        BadFormula: it holds a command that was not understood.
    """
    given = element.text or ""
    if given == "&":
        raise BadFormula(tex, "'&' stands outside of a table, or in an unknown environment")
    element.text = text = unescape(given) or None
    if text and len(text) > 1 and text.startswith("\\"):
        raise BadFormula(tex, f"{text} is not known")
    for name, value in element.attrib.items():
        element.set(name, ATTRIBUTES.get(value, value))
    if element.tag == "mo" and text and len(text) > 1 and text.replace("\u2009", "").isalpha():
        element.attrib |= {"lspace": WORD_SPACE, "rspace": WORD_SPACE}  # Var, max: a thin space
    if element.tag == "mo" and text in BARS:
        element.attrib.setdefault("stretchy", "false")  # else its exponent pulls it down
    variant = element.get("mathvariant", "normal")
    if variant != "normal" and text and element.tag != "mtext":
        element.text = "".join(styled(letter, variant) for letter in text)
        del element.attrib["mathvariant"]  # browsers ignore all but "normal"


def styled(letter: str, variant: str) -> str:
    """The letter of Unicode that has this style, else the letter itself."""
    name = re.sub(r"LATIN |GREEK |LETTER ", "", unicodedata.name(letter, ""))
    try:
        return unicodedata.lookup(f"MATHEMATICAL {variant.replace('-', ' ').upper()} {name}")
    except KeyError:
        pass
    try:
        return unicodedata.lookup(f"MATHEMATICAL {variant.upper()} {name}")  # DOUBLE-STRUCK
    except KeyError:
        return letter
