"""The students' version: free of answers and hidden tests, valid, locked, and blank where asked."""

from __future__ import annotations

import base64
import json

import nbformat
import pytest
import tiny
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum
from test_source import SOURCES, cell

from lecturekit.course.notebook import source
from lecturekit.homework.cells import region
from lecturekit.homework.release import ANSWER, STUB, release, student_version
from lecturekit.homework.source import SourceError, load, made_from

LINE = "return np.asarray(x) ** 2"
HIDDEN_LINE = "close(mean(x), total / 7, "


@pytest.fixture
def released():
    """The tiny homework as students get it."""
    return student_version(made_from("squares", tiny.source()))


def refused(raw):
    """What is said of a source whose students' version would give something away."""
    with pytest.raises(SourceError) as error:
        student_version(made_from("squares", raw))
    assert "squares: the student's version still holds" in str(error.value)
    return str(error.value)


def secrets(homework):
    """Every line of every region, with the region's marks."""
    for part in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME"):
        yield f"BEGIN {part}"
        yield f"END {part}"
        for one in homework.raw["cells"]:
            yield from (line.strip() for line in region(source(one), part))


def test_no_line_of_an_answer_and_no_mark_is_left(released):
    text = json.dumps(released, ensure_ascii=False)
    for line in secrets(made_from("squares", tiny.source())):
        assert json.dumps(line, ensure_ascii=False)[1:-1] not in text, line


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_lecture_gives_out_no_long_line_of_an_answer(path):
    homework = load(path)
    given = student_version(homework)
    shown = {line.strip() for one in given["cells"] for line in source(one).splitlines()}
    public = [
        one for one in homework.raw["cells"] if not any(m in source(one) for m in ("### BEGIN",))
    ]
    ordinary = {line.strip() for one in public for line in source(one).splitlines()}
    secret = {line for line in secrets(homework) if len(line) > 30}
    assert len(secret) > 20
    assert not (secret & shown) - ordinary
    assert "BEGIN " not in json.dumps(given)


def test_it_is_a_valid_notebook_with_valid_metadata(released):
    notebook = nbformat.from_dict(released)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert [c["id"] for c in released["cells"]] == [c["id"] for c in tiny.source()["cells"]]


def test_tests_and_set_up_cannot_be_edited_and_nothing_graded_can_be_deleted(released):
    locked = {
        name: (found["metadata"].get("editable", True), found["metadata"].get("deletable", True))
        for name in ("setup", "square", "test_square", "why")
        for found in [cell(released, name)]
    }
    assert locked == {
        "setup": (False, False),
        "square": (True, False),
        "test_square": (False, False),
        "why": (True, False),
    }


def test_each_graded_or_locked_cell_has_its_checksum(released):
    for name in ("setup", "square", "test_square", "mean", "test_mean", "why"):
        found = nbformat.from_dict(cell(released, name))
        found.source = source(found)
        assert found.metadata.nbgrader.checksum == compute_checksum(found)


def test_blanks_are_valid_python_that_says_not_done_yet(released):
    names = {}
    exec(source(cell(released, "setup")), names)
    for name in ("square", "mean"):
        exec(source(cell(released, name)), names)
        assert STUB in source(cell(released, name))
        with pytest.raises(NotImplementedError, match="not done yet"):
            names[name]([1.0])
    assert source(cell(released, "why")) == ANSWER


def test_visible_tests_and_docstrings_stay(released):
    assert source(cell(released, "test_square")) == tiny.TEST_SQUARE[
        : tiny.TEST_SQUARE.index("### BEGIN")
    ].rstrip("\n")
    assert '"""The square of every number."""' in source(cell(released, "square"))


def test_outputs_and_counts_are_cleared():
    raw = tiny.source()
    cell(raw, "mean")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": LINE}]
    cell(raw, "mean")["execution_count"] = 7
    found = cell(student_version(made_from("squares", raw)), "mean")
    assert (found["outputs"], found["execution_count"]) == ([], None)


@pytest.mark.parametrize(
    "prose",
    [
        f"```\n{LINE}\n```",
        LINE,
        f"One may write `{LINE}` here.",
        "return np.asarray(x)**2",
        "2 points for *grow*, 1 for *large*.",
        f'A test asks: {HIDDEN_LINE}"It is wrong for seven numbers.").',
    ],
)
def test_an_answer_in_prose_is_refused(prose):
    raw = tiny.source()
    raw["cells"][0]["source"] = f"# Squares\n{prose}"
    assert "a line of" in refused(raw)


def test_an_answer_in_metadata_is_refused():
    raw = tiny.source()
    raw["cells"][0]["metadata"]["note"] = {"deep": [f"    {LINE}"]}
    assert LINE in refused(raw)
    raw = tiny.source()
    raw["metadata"]["note"] = LINE
    assert LINE in refused(raw)


@pytest.mark.parametrize("kind", ["text/plain", "image/svg+xml"])
def test_an_answer_in_an_attachment_is_refused(kind):
    raw = tiny.source()
    coded = base64.b64encode(f"<svg><text>{LINE}</text></svg>".encode()).decode()
    raw["cells"][0]["attachments"] = {"answer": {kind: coded}}
    assert LINE in refused(raw)


def test_an_answer_with_quotes_and_accents_is_found_everywhere():
    secret = 'raise ValueError("kein Mittel für «nichts»")'
    for where in ("metadata", "prose"):
        raw = tiny.source()
        found = cell(raw, "mean")
        found["source"] = found["source"].replace(
            'raise ValueError("no numbers have no mean")', secret
        )
        if where == "prose":
            raw["cells"][0]["source"] = secret
        else:
            raw["cells"][0]["metadata"]["note"] = secret
        assert secret in refused(raw)


def test_short_lines_and_lines_of_code_that_students_see_are_no_leak():
    raw = tiny.source()
    raw["cells"][0]["source"] = "if x:\n\nreturn x"
    for name, old, new in (
        ("mean", "    return sum(x)", "    x = np.asarray(x, float)\n    return sum(x)"),
        ("setup", "import numpy as np", "import numpy as np\nx = np.asarray([1.0], float)"),
        ("test_mean", "total = 0.0", "return_x = 1\ntotal = 0.0"),
        ("test_mean", "close(mean([1", "x = np.asarray(x, float)\nclose(mean([1"),
    ):
        found = cell(raw, name)
        assert old in found["source"]
        found["source"] = found["source"].replace(old, new)
    assert student_version(made_from("squares", raw))["cells"]


def test_it_is_written_whole_into_a_folder_of_its_name(tmp_path):
    path = release(made_from("squares", tiny.source()), tmp_path / "new")
    assert path == tmp_path / "new" / "squares" / "squares.ipynb"
    nbformat.read(path, as_version=4)
    assert [one.name for one in path.parent.iterdir()] == ["squares.ipynb"]


def test_the_same_source_gives_the_same_bytes(tmp_path):
    homework = made_from("squares", tiny.source())
    one, other = release(homework, tmp_path / "a"), release(homework, tmp_path / "b")
    assert one.read_bytes() == other.read_bytes()
