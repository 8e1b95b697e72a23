"""python -m lecturekit.hub setup | try

setup   install what a JupyterHub for the class needs
try     the same, then start one on this machine and let ten made-up students in
"""

from __future__ import annotations

import os
import subprocess
import sys

from lecturekit.course import checkout
from lecturekit.course.errors import CourseError
from lecturekit.hub.install import install


def main(words: list[str]) -> int:
    """Act, and turn what went wrong into a message and an exit status."""
    if not words or words[0] not in ("setup", "try"):
        print(__doc__)
        return 2
    try:
        root = checkout.find()
        install(root)
    except CourseError as error:
        print(error, file=sys.stderr)
        return error.status
    if words[0] == "setup":
        return 0
    tests = [sys.executable, "-m", "pytest", "tests/hub", *words[1:]]
    return subprocess.call(tests, cwd=root, env=os.environ | {"LECTUREKIT_HUB": "yes"})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
