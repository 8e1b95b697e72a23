"""What the command says instead of a traceback."""

from __future__ import annotations


class CourseError(Exception):
    """Its text names the thing and the remedy; `status` is the exit status of the command."""

    status = 1


class UsageError(CourseError):
    """The command was called with something that does not exist."""

    status = 2
