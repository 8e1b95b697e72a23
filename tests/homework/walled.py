"""Whether this machine can wall a submission in; where CI runs on Linux, it must."""

from __future__ import annotations

import os
import sys

import pytest

from lecturekit.course.errors import CourseError
from lecturekit.homework import wall


def why_not() -> str:
    """Why tests behind the wall are left out; "" when they run."""
    if sys.platform != "linux":
        return "bubblewrap exists for Linux only"
    if "CI" in os.environ:
        return ""
    try:
        wall.require()
    except CourseError as error:
        return str(error)
    return ""


WHY_NOT = why_not()
needs_wall = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "there is a wall")
