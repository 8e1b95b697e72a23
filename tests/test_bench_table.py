"""The table of `make bench`: numbers, verdicts on budgets, which benches run, what is published."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from bench import __main__ as command
from bench import notebooks, results
from bench.machine import describe
from bench.pairs import bytes_of_naive
from bench.rows import Row, at_least, at_most, from_json, heard, reached, tell
from bench.table import HEAD, cells, in_words, into_readme, number, table
from bench.turns import in_turns, ratio

from lecturekit.course.errors import CourseError, UsageError

KERNEL = Row("batch-hard", 7.123, "ms", "two products", 1.314, budget=at_most(1.5, "ratio"))


@pytest.mark.parametrize(
    "value, text",
    [
        (0, "0"),
        (0.0004, "< 0.001"),
        (0.0123, "0.012"),
        (7.125, "7.12"),
        (35.26, "35.3"),
        (705.4, "705"),
        (12345.6, "12,346"),
        (-1.5, "−1.50"),
        (-0.0004, "> −0.001"),
    ],
)
def test_numbers_have_about_three_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    "row, verdict",
    [
        (Row("a", 5, budget=at_most(5)), True),
        (Row("a", 5.1, budget=at_most(5)), False),
        (Row("a", 20, budget=at_least(20)), True),
        (Row("a", 19.9, budget=at_least(20)), False),
        (Row("a", 900, ratio=1.5, budget=at_most(1.5, "ratio")), True),
        (Row("a", 0.1, ratio=1.6, budget=at_most(1.5, "ratio")), False),
        (Row("a", 0.1, ratio=4, budget=at_least(4, "ratio")), True),
        (Row("a", 900, ratio=3.9, budget=at_least(4, "ratio")), False),
        (Row("a", 900), None),
        (Row("a", None, budget=at_most(5)), None),
        (Row("a", 1, budget=at_least(4, "ratio")), None),
    ],
)
def test_a_budget_is_about_the_value_or_the_ratio(row: Row, verdict: bool | None) -> None:
    assert reached(row) is verdict


def test_a_row_says_what_is_compared_and_whether_that_is_enough() -> None:
    assert cells(KERNEL) == (
        "batch-hard", "7.12 ms", "two products", "1.31 times as long",
        "≤ 1.5 times as long", "reached ✔",
    )  # fmt: skip
    slow = Row("page", 61, "ms", budget=at_most(50), note="loaded")
    assert cells(slow) == ("page", "61.0 ms", "loaded", "", "≤ 50 ms", "not reached ✘")
    missing = Row("site", None, "MB", budget=at_most(25), note="run make site first")
    assert cells(missing)[1:3] == ("not measured", "run make site first")
    assert cells(missing)[4:] == ("≤ 25 MB", "–")


def test_the_table_is_markdown_with_one_line_a_row() -> None:
    rows = [KERNEL, Row("p(y|x)\nagain", 1)]
    head, rule, *lines = table(rows).splitlines()
    assert head == "| " + " | ".join(HEAD) + " |"
    assert rule.count("|") == head.count("|")
    assert len(lines) == 2
    assert {line.count("|") for line in lines} == {head.count("|")}
    assert "p(y&#124;x) again" in lines[1]
    assert {len(line) for line in table(rows, aligned=True).splitlines()} != {len(head)}
    assert len({len(line) for line in table(rows, aligned=True).splitlines()}) == 1


def test_kept_budgets_are_counted() -> None:
    slow, missing = Row("a", 6, budget=at_most(5)), Row("b", None, budget=at_most(5))
    assert in_words([KERNEL, Row("c", 1)]) == "1 of 1 budgets reached."
    assert (
        in_words([KERNEL, slow, missing])
        == "1 of 3 budgets reached, 1 not reached, 1 not measured."
    )


def test_rows_survive_the_way_to_the_command(capsys: pytest.CaptureFixture) -> None:
    rows = [KERNEL, Row("a", None, note='≥ 2 × "quoted"')]
    tell(rows)
    assert [heard(line) for line in capsys.readouterr().out.splitlines()] == rows
    assert heard("a word of a library\n") is None


def test_the_quick_benches_run_without_a_name_and_all_on_demand() -> None:
    usual = [*command.USUAL, command.NOTEBOOKS]
    assert command.chosen([]) == usual
    assert command.chosen(["start", "kernels"]) == ["kernels", "start"]
    assert command.chosen(["setup"]) == ["setup"]
    everything = command.chosen(["all"])
    assert set(everything) == {*usual, *command.SLOW}
    assert everything.index("lecture") < everything.index("notebooks")


def test_every_bench_is_a_module() -> None:
    folder = Path(command.__file__).parent
    assert [name for name in command.BENCHES if not (folder / f"{name}.py").exists()] == []


def test_an_unknown_bench_is_told_with_the_known_ones(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(UsageError, match=r"no bench 'kernel'(.|\n)*multitask(.|\n)*lecture"):
        command.chosen(["kernel"])
    assert command.main(["kernel"]) == 2
    assert "no bench 'kernel'" in capsys.readouterr().err


@pytest.fixture
def own_benches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two benches of a checkout of its own: one measures, one fails."""
    package = tmp_path / "tests" / "bench"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    ours = Path(command.__file__).with_name("rows.py")
    (package / "rows.py").write_text(ours.read_text(encoding="utf-8"), encoding="utf-8")
    good = "from bench.rows import Row, tell\nprint('noise')\ntell([Row('a thing', 3, 'ms')])\n"
    (package / "good.py").write_text(good)
    (package / "bad.py").write_text("raise SystemExit('no disk')\n")
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "OUT", tmp_path / "build" / "bench")
    monkeypatch.setattr(command, "BENCHES", {"bad": "fails", "good": "measures"})
    monkeypatch.setattr(command, "SLOW", {})
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return tmp_path


def test_one_table_is_printed_and_kept_though_a_bench_fails(
    own_benches: Path, capfd: pytest.CaptureFixture
) -> None:
    assert command.main([]) == 1
    streams = capfd.readouterr()
    lines = streams.out.splitlines()
    assert lines[0] == describe()
    assert [line.split("|")[1].strip() for line in lines if "|" in line][-1] == "a thing"
    assert "noise" not in streams.out + streams.err
    assert (own_benches / "build/bench/logs/good.log").read_text() == "noise\n"
    assert "bad ended with status 1:\nno disk" in streams.err
    assert "These benchmarks failed: bad." in streams.err
    kept = json.loads((own_benches / "build/bench/table.json").read_text(encoding="utf-8"))
    assert kept["rows"]["good"][0]["value"] == 3
    assert "| a thing | 3.00 ms |" in (own_benches / "build/bench/table.md").read_text("utf-8")


def test_the_readme_is_written_between_its_marks_only() -> None:
    text = "a\n<!-- bench -->\nold | 1 |\n<!-- end of bench -->\nb\n"
    assert into_readme(text, "new \\1") == (
        "a\n<!-- bench -->\nnew \\1\n<!-- end of bench -->\nb\n"
    )
    for wrong in ("no marks", text + text):
        with pytest.raises(ValueError, match="marks of the bench once"):
            into_readme(wrong, "new")


def test_results_and_picture_are_published_on_request_only(
    own_benches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("BENCHES", {"good": ""}), ("USUAL", {"good": ""}), ("NOTEBOOKS", "good")):
        monkeypatch.setattr(command, name, value)
    readme, images = own_benches / "README.md", own_benches / "notebooks" / "images"
    empty = "<!-- bench -->\n<!-- end of bench -->\n"
    readme.write_text(empty)
    images.mkdir(parents=True)
    (own_benches / "build" / "bench").mkdir(parents=True)
    (own_benches / "build" / "bench" / "growth.png").write_bytes(b"a picture")
    assert command.main([]) == 0
    assert readme.read_text() == empty and list(images.iterdir()) == []
    assert command.main(["--into-readme"]) == 0
    assert "\n| a thing | 3.00 ms |" in readme.read_text(encoding="utf-8")
    assert describe() in readme.read_text(encoding="utf-8")
    assert [file.name for file in images.iterdir()] == ["growth.png"]


def test_our_readme_has_the_marks() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert "\nnew\n" in into_readme(readme, "new")


def test_the_latest_results_of_one_machine_are_published(tmp_path: Path) -> None:
    results.keep(tmp_path, "kernels", "2 cores", 3.0, [Row("old", 1)])
    results.keep(tmp_path, "kernels", "2 cores", 0.25, [KERNEL])
    results.keep(tmp_path, "start", "2 cores", None, [Row("import", 0.001, "s")])
    found = results.latest(tmp_path, ["start", "setup", "kernels"], needed=["kernels"])
    assert [row.what for row in found.rows] == ["import", "batch-hard"]
    assert found.rows[1] == KERNEL
    assert found.head.endswith("on 2 cores, load before each part at most 0.2.")
    with pytest.raises(CourseError, match="setup has not been measured yet"):
        results.latest(tmp_path, ["start", "setup"], needed=["setup"])
    results.keep(tmp_path, "setup", "4 cores", None, [])
    with pytest.raises(CourseError, match="several machines"):
        results.latest(tmp_path, ["start", "setup"], needed=[])


def test_the_machine_is_described_without_its_name() -> None:
    import platform

    words = describe()
    assert "cores" in words and "GiB" in words and "tensorflow" in words
    assert f"Python {sys.version.split()[0]}" in words
    assert platform.node() == "" or platform.node() not in words


def test_things_take_turns_and_the_first_rounds_do_not_count() -> None:
    order: list[str] = []

    def thing(name: str, seconds: list[float]):
        def measure() -> float:
            order.append(name)
            return seconds.pop(0)

        return measure

    times = in_turns({"a": thing("a", [9, 2, 8]), "b": thing("b", [9, 1, 2])}, 2, warm=1)
    assert "".join(order) == "ababab"
    assert times == {"a": [2, 8], "b": [1, 2]}
    assert ratio(times, "a", "b") == 3  # the median of 2 and 4, not 5 / 1.5


def test_things_rest_before_each_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[object] = []
    monkeypatch.setattr("bench.turns.time.sleep", events.append)
    in_turns({n: lambda n=n: events.append(n) or 1.0 for n in "ab"}, 2, warm=0, rest=0.5)
    assert events == [0.5, "a", 0.5, "b"] * 2


def test_a_notebook_counts_with_its_latest_whole_run_without_parameters(tmp_path: Path) -> None:
    def outcome(name: str, seconds: float, **more: object) -> dict:
        usual = {"notebook": name, "result": "ok", "parameters": {}, "peak_mib": 1000.0}
        return {**usual, "seconds": seconds, **more}

    older, newer = tmp_path / "older.json", tmp_path / "newer.json"
    older.write_text(json.dumps([outcome("01_a", 50), outcome("02_b", 60)]))
    changed = [outcome("01_a", 95), outcome("02_b", 5, parameters={"seeds": 1})]
    newer.write_text(json.dumps([*changed, outcome("02_b", 7, result="raised")]))
    import os

    os.utime(older, (1, 1))
    runs = notebooks.last_runs([newer, older, tmp_path / "none.json"])
    assert {name: ran["seconds"] for name, ran in runs.items()} == {"01_a": 95, "02_b": 60}
    whole, *each = notebooks.rows_of(["01_a", "02_b"], runs)
    assert whole.value == 155 and reached(whole)
    assert [reached(row) for row in each] == [False, True, True, True]
    whole, *each = notebooks.rows_of(["01_a", "03_triplet"], runs)
    assert whole.value is None and "03_triplet" in whole.note
    assert each[2].value is None and each[2].budget == at_most(120)


def test_a_naive_broadcast_needs_gigabytes_where_we_need_megabytes() -> None:
    assert bytes_of_naive(8192) == 4 * bytes_of_naive(4096)
    assert 1e9 < bytes_of_naive(1024) < 2e9 < 5e9 < bytes_of_naive(2048)


def test_json_of_a_row_without_a_budget_is_read_again() -> None:
    assert from_json('{"what": "a", "value": 1, "budget": null}') == Row("a", 1)
