"""What a submission changed that was not a student's to change."""

from __future__ import annotations

from lecturekit.course.notebook import Raw, source
from lecturekit.homework.cells import marks


def tampered(released: Raw, submission: Raw) -> list[str]:
    """One short text for each; grades do not depend on it, as tests and points come from the
    source.

    Args:
        released: the student's version.
        submission: what came back.
    """
    given = {marks(cell)["grade_id"]: cell for cell in released["cells"] if marks(cell)}
    seen: dict[str, list[Raw]] = {}
    for cell in submission["cells"]:
        seen.setdefault(str(marks(cell).get("grade_id")), []).append(cell)
    flags = []
    for name, cell in given.items():
        copies = seen.get(name, [])
        kind = "test" if marks(cell).get("grade") and not marks(cell).get("solution") else "cell"
        if not copies:
            flags.append(f"{kind} {name} was deleted")
            continue
        if len(copies) > 1:
            flags.append(f"{kind} {name} is there {len(copies)} times")
        found = copies[0]
        if found.get("cell_type") != cell.get("cell_type"):
            flags.append(f"{kind} {name} is now of type {str(found.get('cell_type'))[:20]}")
        elif not marks(cell).get("solution") and source(found).strip() != source(cell).strip():
            flags.append(f"{kind} {name} was edited")
        if marks(found).get("points") != marks(cell).get("points"):
            flags.append(f"points of {name} were changed")
    return flags
