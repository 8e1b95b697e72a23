"""Pages: one for each student, which leaks nothing, and one about the class for the lecturer."""

from __future__ import annotations

from collections import Counter
from html import escape

from lecturekit.homework.judge import Mark
from lecturekit.homework.table import Row

STYLE = """
:root { color-scheme: light dark; }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .7rem;
  border-bottom: 1px solid #8888; }
td.points { white-space: nowrap; font-variant-numeric: tabular-nums; }
figure { margin: 1.5rem 0; overflow-x: auto; }
svg { width: 100%; min-width: 40rem; height: auto; background: #fff; }
@media (max-width: 40rem) {
  body { font-size: 1rem; margin: 1rem auto; } h1 { font-size: 1.5rem; }
  th, td { padding: .4rem .3rem; }
  tbody th { min-width: 7rem; } tbody th, tbody td { overflow-wrap: anywhere; }
  td:last-child { min-width: 9rem; }
}
""".strip()


def page(title: str, body: str) -> str:
    """A whole page."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def table(head: list[str], lines: list[list[str]], numbers: int = 1) -> str:
    """A table of texts, of which column `numbers` holds points."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    rows = []
    for line in lines:
        name = escape(line[0]).replace("_", "_<wbr>")
        cells = [f'<th scope="row">{name}</th>']
        for column, text in enumerate(line[1:], 1):
            kind = ' class="points"' if column == numbers else ""
            cells.append(f"<td{kind}>{escape(text)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody></table>"
    )


def for_student(homework: str, row: Row, most: float) -> str:
    """A student's page: points and one reason a task. It holds no test, no solution, no output."""
    lines = []
    for mark in row.marks:
        points = "not yet" if mark.points is None else f"{mark.points:g} of {mark.of:g}"
        sign = "…" if mark.points is None else "✔" if mark.points == mark.of else "✘"
        sign = "◐" if mark.points and mark.points < mark.of else sign
        lines.append([mark.task.removeprefix("test_"), f"{sign} {points}", reason(mark)])
    body = f"<p><strong>{escape(row.student)}</strong>: {row.points:g} of {most:g} points.</p>\n"
    if not lines:
        body += f"<p>Nothing could be graded: {escape(row.status)}.</p>"
    else:
        body += table(["task", "points", "why"], lines)
    return page(homework, body)


def reason(mark: Mark) -> str:
    """Why a task got its points; a person may have given less without a word."""
    return mark.why or ("All is well." if mark.points == mark.of else "No comment.")


def for_lecturer(
    homework: str, rows: list[Row], tasks: list[tuple[str, float]], picture: str
) -> str:
    """The class on a page: where it struggled, why, and whom to look at.

    Args:
        homework: its name.
        rows: of the class.
        tasks: name and points of each.
        picture: an svg, with its alt text.
    """
    body = f'<figure tabindex="0" aria-label="The class">{picture}</figure>'
    body += "\n<h2>Most frequent reasons</h2>\n"
    lines = []
    for name, _ in tasks:
        marks = [mark for row in rows for mark in row.marks if mark.task == name]
        reasons = Counter(m.why for m in marks if m.why and m.points is not None)
        lines += [[name.removeprefix("test_"), str(n), why] for why, n in reasons.most_common(3)]
    body += table(["task", "students", "why"], lines) if lines else "<p>None: all is well.</p>"
    looks = [[row.student, row.status, "; ".join(row.flags)] for row in rows]
    looks = [line for line in looks if line[2] or line[1] not in ("graded", "waits for a hand")]
    body += "\n<h2>Look at</h2>\n"
    body += table(["student", "status", "what"], looks, 9) if looks else "<p>Nobody.</p>"
    return page(f"{homework}: the class", body)
