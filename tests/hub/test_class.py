"""A class on a real Hub: its proxy, its servers, their kernels. It takes minutes: `make hub`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
import requests
from class_hub import class_hub
from memory import memory_of, memory_of_hub, processes_of
from student import Student

from lecturekit.hub import sizing

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    os.environ.get("LECTUREKIT_HUB") != "yes" or sys.platform != "linux",
    reason="a class on a JupyterHub takes minutes, packages of its own, and Linux: make hub",
)
FIRST = "notebooks/00_start_here.ipynb"
CLASS = int(os.environ.get("LECTUREKIT_HUB_STUDENTS", "10"))
LESSON = os.environ.get("LECTUREKIT_HUB_NOTEBOOK", FIRST)


@dataclass(frozen=True)
class Lesson:
    """Of one student: seconds from the log-in page to a server, and to a notebook run whole."""

    ready: float
    whole: float
    errors: list[str]


def attend(student: Student) -> Lesson:
    begin = time.monotonic()
    student.log_in()
    student.wait_for_server()
    ready = time.monotonic() - begin
    errors = student.run(LESSON)
    return Lesson(ready, time.monotonic() - begin, errors)


def table(lessons: list[Lesson], memories: list, hub_mib: float) -> str:
    lines = ["", f"{len(lessons)} students at once, {LESSON}", f"{'':28}median      max"]
    for title, values, unit in (
        ("log-in to server ready", [each.ready for each in lessons], "s"),
        ("log-in to notebook done", [each.whole for each in lessons], "s"),
        ("PSS of a student", [each.total for each in memories], "MiB"),
        ("  of it the server", [each.server for each in memories], "MiB"),
        ("  of it the kernel", [each.kernels for each in memories], "MiB"),
        ("  of it nobody else's", [each.own for each in memories], "MiB"),
        ("RSS of a student", [each.resident for each in memories], "MiB"),
        ("own data of a process", [each.data for each in memories], "MiB"),
    ):
        ordered = sorted(values)
        middle = ordered[len(ordered) // 2]
        lines.append(f"{title:26}{middle:8.1f} {ordered[-1]:8.1f} {unit}")
    return "\n".join([*lines, f"Hub, proxy and culler: PSS {hub_mib:.0f} MiB"])


def test_a_class_logs_in_at_once_and_everybody_runs_a_notebook_whole(tmp_path, capsys):
    with class_hub(tmp_path) as hub:
        students = [Student(f"student{number:02}", hub.address) for number in range(CLASS)]
        with ThreadPoolExecutor(CLASS) as pool:
            lessons = list(pool.map(attend, students))
        memories = [memory_of(hub.home(student.name)) for student in students]
        hub_mib = memory_of_hub(hub.pid)
    with capsys.disabled():
        print(table(lessons, memories, hub_mib))
    record = {"lessons": list(map(asdict, lessons)), "memories": list(map(asdict, memories))}
    build = ROOT / "build" / "hub"
    build.mkdir(parents=True, exist_ok=True)
    (build / "class.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    assert [lesson.errors for lesson in lessons] == [[]] * CLASS
    assert max(memory.own for memory in memories) <= sizing.STUDENT_MIB


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A Hub that ends idle servers after seconds, and two students who are logged in."""
    with class_hub(tmp_path_factory.mktemp("hub"), CULL_AFTER="12", MEMORY="1G", MOST="2") as hub:
        students = Student("ada", hub.address), Student("grace", hub.address)
        for student in students:
            student.log_in()
        for student in students:
            student.wait_for_server()
        yield hub, *students


def test_a_student_gets_the_notebooks_and_neither_solutions_nor_answers(two):
    hub, ada, _ = two
    lecture = hub.home("ada") / "lecture"
    shipped = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (lecture / "notebooks").glob("*.ipynb")} == shipped
    assert not list(lecture.rglob("source")) and not list(lecture.rglob("for_lecturers.md"))
    assert ada.get(f"api/contents/{FIRST}").ok


def test_a_token_opens_no_door_of_another_student(two):
    _, ada, grace = two
    path = f"api/contents/{FIRST}"
    assert grace.get(path).status_code == 200
    assert ada.get(path, server=grace.server).status_code == 403
    assert ada.get("api/kernels", server=grace.server).status_code == 403


def test_a_cell_that_wants_too_much_memory_is_refused_and_the_server_stays(two):
    _, ada, _ = two
    (error,) = ada.execute(["much = bytearray(2 * 2**30)"])
    assert error.startswith("MemoryError")
    assert ada.get("api/status").ok


def test_the_channels_of_a_kernel_lie_where_only_its_student_may_enter(two):
    hub, ada, _ = two
    assert ada.execute(["import os"]) == []
    kernels = [p for p in processes_of(hub.home("ada")) if "ipykernel_launcher" in p.cmdline()]
    assert kernels
    for kernel in kernels:
        connection = json.loads(Path(kernel.cmdline()[-1]).read_text(encoding="utf-8"))
        assert connection["transport"] == "ipc"  # a port could be read by everybody
        folder = Path(connection["ip"]).parent
        assert folder.stat().st_mode & 0o077 == 0
        assert len(list(folder.glob(f"{Path(connection['ip']).name}-*"))) == 5


def test_who_comes_when_the_machine_is_full_is_told_so(two):
    hub, *_ = two
    with pytest.raises(requests.HTTPError, match="429"):
        Student("late", hub.address).log_in()


def test_a_git_pull_link_brings_a_notebook_and_later_keeps_the_work_in_it(two, tmp_path):
    hub, ada, _ = two
    repository = tmp_path / "handout"

    def publish(name, text):
        repository.mkdir(exist_ok=True)
        (repository / name).write_text(text, encoding="utf-8")
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", name]):
            who = ["-c", "user.name=Lecturer", "-c", "user.email=lecturer@example.org"]
            subprocess.run(["git", *who, *words], cwd=repository, check=True)

    def follow_link():
        address = quote(f"file://{repository}", safe="")
        answer = ada.get(f"git-pull/api?repo={address}&branch=main&targetpath=handout")
        assert '"phase": "finished"' in answer.text, answer.text

    publish("h1.md", "blanks")
    follow_link()
    own = hub.home("ada") / "lecture" / "handout"
    (own / "h1.md").write_text("my work", encoding="utf-8")
    publish("h2.md", "more blanks")
    follow_link()
    assert (own / "h1.md").read_text(encoding="utf-8") == "my work"
    assert (own / "h2.md").read_text(encoding="utf-8") == "more blanks"


def test_an_idle_server_ends_and_the_work_is_there_at_the_next_start(two):
    hub, ada, _ = two
    notebook = ada.notebook(FIRST)
    notebook["cells"][0]["source"] = "My own words."
    ada.save(FIRST, notebook)
    (hub.home("ada") / "lecture" / "notebooks" / "glossary.md").unlink()
    ada.wait_for_its_end()
    # The Hub calls it ended as soon as it has told its processes to, which takes them a moment.
    _, left = psutil.wait_procs(list(processes_of(hub.home("ada"))), timeout=10)
    assert left == []
    ada.start()
    ada.wait_for_server()
    assert ada.notebook(FIRST)["cells"][0]["source"] == "My own words."
    assert ada.get("api/contents/notebooks/glossary.md").ok
