"""Notebooks are validated as before, without the grammar that takes two seconds to compile."""

from __future__ import annotations

import subprocess
import sys

import pytest

VALIDATE = """
import sys
from lecturekit.course.schemas import skip_addresses
{call}
import nbformat
right = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
nbformat.validate(right)
right.cells[0].pop("source")
try:
    nbformat.validate(right)
except nbformat.ValidationError:
    print("refused,", "compiled" if "lark" in sys.modules else "not compiled")
"""


@pytest.mark.parametrize(
    ("call", "expected"), [("skip_addresses()", "not compiled"), ("", "compiled")]
)
def test_a_wrong_notebook_is_refused_with_and_without_the_grammar(call, expected):
    code = VALIDATE.format(call=call)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == f"refused, {expected}\n"


def test_the_commands_do_without_the_grammar():
    code = (
        "import sys; from lecturekit.course import cli; cli.main(['check']); "
        "print('jsonschema' in sys.modules, 'lark' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.stdout.endswith("no problems\nTrue False\n"), told.stderr
