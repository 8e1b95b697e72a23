"""What the words of the `lecturekit` command mean: notebooks, parameters, the checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from make_notebooks import checkout, code, notebook

from lecturekit.course import cli, testing
from lecturekit.course.checkout import find, notebooks, select
from lecturekit.course.errors import CourseError, UsageError
from lecturekit.course.lab import arguments
from lecturekit.course.parameters import assign, declared, value

FILES = [Path("notebooks") / f"{stem}.ipynb" for stem in ("00_start", "06_multitask", "06_more")]


@pytest.mark.parametrize(
    "names, stems",
    [
        ([], ["00_start", "06_multitask", "06_more"]),
        (["06_more"], ["06_more"]),
        (["06"], ["06_multitask", "06_more"]),
        (["multi"], ["06_multitask"]),
        (["notebooks/06_more.ipynb", "00"], ["00_start", "06_more"]),
    ],
)
def test_a_name_is_a_stem_or_its_beginning(names: list[str], stems: list[str]) -> None:
    assert [path.stem for path in select(FILES, names)] == stems


@pytest.mark.parametrize("name", ["07", "", "start_here"])
def test_an_unknown_name_is_told_with_the_valid_ones(name: str) -> None:
    with pytest.raises(UsageError, match=f"no notebook '{name}'.*00_start, 06_multitask, 06_more"):
        select(FILES, [name])


def test_declared_parameters_are_those_of_the_tagged_cell() -> None:
    raw = notebook(
        [code("a = 1"), code("n: int = 5  # n\nrate: float | None = None\nold = 1", "parameters")]
    )
    assert declared(raw) == {"n": "int", "rate": "float | None", "old": ""}


@pytest.mark.parametrize(
    "annotation, text, expected",
    [
        ("int", "3", 3),
        ("float", "1e-3", 0.001),
        ("float", "2", 2.0),
        ("bool", "No", False),
        ("str", "007", "007"),
        ("float | None", "1e-3", 0.001),
        ("int | None", "None", None),
        ("list[int]", "[1, 2]", [1, 2]),
        ("", "school", "school"),
    ],
)
def test_a_value_has_the_annotated_type(annotation: str, text: str, expected: object) -> None:
    result = value("x", text, annotation)
    assert (type(result), result) == (type(expected), expected)


def test_parameters_go_to_the_notebooks_that_have_them() -> None:
    takers = {"01": {"seeds": "int"}, "02": {"seeds": "int", "data": "str"}, "03": {}}
    assert assign(["seeds=3", "data=a=b"], takers) == {
        "01": {"seeds": 3},
        "02": {"seeds": 3, "data": "a=b"},
        "03": {},
    }


@pytest.mark.parametrize(
    "setting, message",
    [
        ("sedes=3", "no parameter 'sedes'.\n01 takes: seeds, fast.\n02 takes: no parameters."),
        ("seeds", "'seeds' is not a parameter; write it as name=value"),
        ("seeds=many", "seeds is of type int, got 'many'"),
        ("fast=2", "fast is of type bool, got '2'"),
    ],
)
def test_wrong_parameters_are_told(setting: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        assign([setting], {"01": {"seeds": "int", "fast": "bool"}, "02": {}})
    assert message in str(caught.value)


def test_the_checkout_is_found_from_its_folders_and_from_elsewhere(tmp_path: Path) -> None:
    root = checkout(tmp_path / "lecture")
    assert find(root / "notebooks") == root
    assert (find(tmp_path) / "lecturekit" / "course").is_dir()  # the one that the package is of


def test_a_checkout_without_notebooks_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"holds no notebook\.\nGet them back with: git"):
        notebooks(checkout(tmp_path))


def test_nowhere_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lecturekit.course import checkout as module

    monkeypatch.setattr(module, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    with pytest.raises(CourseError, match=r"No lecture here: .* holds notebooks, data"):
        find(tmp_path)


@pytest.mark.parametrize(
    "words, message",
    [
        (["draw"], "invalid choice: 'draw' (choose from "),
        ([], "required: COMMAND"),
        (["clean", "--all"], "clean does not know --all"),
        (["run", "--jobs", "0"], "must be at least 1, got 0"),
    ],
)
def test_an_unknown_command_or_option_is_told(
    words: list[str], message: str, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_lab_opens_the_first_notebook_for_this_machine_only(tmp_path: Path) -> None:
    root = checkout(tmp_path / "x ü", **{"01_b": [], "00_a b": []})
    words = arguments(root, browser=False, port=9999)
    assert words[:3] == [
        f"--ServerApp.root_dir={root}",
        "--LabApp.default_url=/lab/tree/notebooks/00_a%20b.ipynb",
        "--ServerApp.ip=127.0.0.1",
    ]
    assert words[3:5] == ["--ServerApp.open_browser=False", "--ServerApp.port=9999"]
    assert not [word for word in words if "token" in word or "password" in word]


def test_lab_without_notebooks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(checkout(tmp_path))
    assert cli.main(["lab"]) == 1
    assert "git checkout -- notebooks" in capsys.readouterr().err


def test_tests_and_benchmarks_run_in_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    root = checkout(tmp_path)
    (root / "tests" / "bench").mkdir(parents=True)
    (root / "tests" / "test_x.py").write_text("def test_a(): assert False\ndef test_b(): pass\n")
    told = "import sys; print(sys.argv[1:]); sys.exit(3)"
    (root / "tests" / "bench" / "__main__.py").write_text(told)
    monkeypatch.chdir(root)
    assert cli.main(["test", "-k", "test_b", "-p", "no:cacheprovider"]) == 0
    assert "1 passed" in capfd.readouterr().out
    assert cli.main(["bench", "kernels", "start", "--into-readme"]) == 3
    assert capfd.readouterr().out == "['kernels', 'start', '--into-readme']\n"


def test_missing_tests_and_benchmarks_are_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="has no tests folder"):
        testing.test(checkout(tmp_path))
    with pytest.raises(CourseError, match="holds no benchmark"):
        testing.bench(tmp_path)


def test_the_command_starts_without_the_heavy_packages() -> None:
    import subprocess

    heavy = "{'tensorflow', 'papermill', 'nbformat', 'plotly', 'numpy', 'psutil'}"
    line = f"import sys, lecturekit.course.cli; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", line], capture_output=True, env=os.environ)
    assert answer.stdout.split() == [b"[]"]
