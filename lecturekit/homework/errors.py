"""What stops grading as a whole."""

from __future__ import annotations

from lecturekit.course.errors import CourseError


class BrokenSandbox(CourseError):
    """The sandbox does not even run the lecturer's own set-up: no submission is to blame."""
