"""What a submission can see, use and leave behind, when it is let loose behind the wall."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from walled import needs_wall

from lecturekit.course.errors import CourseError
from lecturekit.homework import forbidden, sandbox, wall, wire
from lecturekit.homework.limits import Beyond, Limits
from lecturekit.homework.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
SMALL = Limits(cell=3, whole=20, memory=600, processes=10, output=2, disk=20)


def run(box, code, seconds=10):
    """Run a cell; what went wrong, or {}."""
    reply = box.ask(seconds, ask="run", cell="cell", code=code)
    return {key: reply[key] for key in ("kind", "text") if key in reply}


def value(box, expression):
    """What an expression is worth inside."""
    assert run(box, f"import os, sys\nfound = {expression}") == {}
    return wire.unpack(box.ask(10, ask="keep", test="t", names=["found"])["found"]["found"])


@pytest.fixture(scope="module")
def inside():
    """A sandbox to look around in."""
    box = Sandbox(SMALL)
    yield box
    box.end()


@pytest.fixture
def fresh():
    """A sandbox that may be broken."""
    box = Sandbox(SMALL)
    yield box
    box.end()


@needs_wall
def test_nothing_of_the_lecturer_is_in_sight(inside, tmp_path):
    secret = tmp_path / "source.ipynb"
    secret.write_text("hidden tests")
    hidden = [
        secret,
        tmp_path,
        Path("/etc/passwd"),
        Path("/etc/shadow"),
        Path("/run"),
        Path("/var"),
    ]
    hidden += [ROOT / "notebooks", ROOT / "tests", ROOT / "README.md", ROOT / ".git", Path("/home")]
    assert value(inside, f"[p for p in {list(map(str, hidden))} if os.path.exists(p)]") == []
    assert value(inside, "os.path.exists(os.path.dirname(sys.executable))") is True


@needs_wall
def test_the_only_processes_in_sight_are_its_own(inside):
    others = "[p for p in os.listdir('/proc') if p.isdigit()]"
    assert len(value(inside, others)) <= 3
    assert value(inside, "os.getppid()") == 1


@needs_wall
def test_environment_variables_stay_outside(monkeypatch):
    monkeypatch.setenv("TOKEN", "secret")
    box = Sandbox(SMALL)
    try:
        found = value(box, "dict(os.environ)")
    finally:
        box.end()
    assert "secret" not in str(found)
    assert found["HOME"] == "/tmp"


@needs_wall
def test_no_network_is_in_reach(inside):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=2)"
        assert run(inside, code)["kind"] in ("ConnectionRefusedError", "OSError")
    assert value(inside, "[name for _, name in __import__('socket').if_nameindex()]") == ["lo"]


@needs_wall
@pytest.mark.parametrize(
    "folder", ["/", "/etc", "/usr", "/dev", "/dev/shm", "/proc", sys.prefix, str(wall.PACKAGE)]
)
def test_nothing_but_its_tmp_can_be_written_to(inside, folder):
    assert run(inside, f"open({folder!r} + '/mine', 'w')")["kind"] in (
        *("PermissionError", "OSError", "FileNotFoundError"),
    )
    assert not (Path(folder) / "mine").exists()


@needs_wall
def test_its_tmp_is_its_own_and_small(fresh):
    assert run(fresh, "open('/tmp/mine', 'w').write('x')") == {}
    assert not Path("/tmp/mine").exists()
    fill = "for k in range(9):\n    with open(f'/tmp/{k}', 'wb') as f: f.write(bytes(5 << 20))"
    assert run(fresh, fill)["text"].startswith("[Errno 28]")
    assert run(fresh, "with open('/tmp/one', 'wb') as f: f.truncate(21 << 20)")["kind"] == "OSError"


@needs_wall
def test_it_has_no_rights_and_gets_none(inside):
    status = value(inside, "open('/proc/self/status').read()")
    told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {told[name].strip("0") for name in ("CapEff", "CapPrm", "CapAmb")} == {""}
    assert told["NoNewPrivs"] == "1" and told["Seccomp"] == "2"
    assert "0" not in told["Uid"].split()
    assert run(inside, "os.setuid(0)")["kind"] in ("PermissionError", "OSError")
    raising = "import resource as r\nr.setrlimit(r.RLIMIT_NPROC, (10**6, 10**6))"
    assert run(inside, raising)["kind"] in ("ValueError", "PermissionError")


@needs_wall
@pytest.mark.skipif(platform.machine() not in forbidden.NUMBERS, reason="no filter is known here")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        *[("memfd_create", "b'x', 0"), ("shmget", "0, 1 << 20, 0o1600"), ("unshare", "1 << 28")],
        *[("ptrace", "16, 1, 0, 0"), ("clone", "1 << 28 | 17, 0, 0, 0, 0"), ("bpf", "0, 0, 0")],
        ("mount", "b'none', b'/tmp', b'tmpfs', 0, 0"),
    ],
)
def test_calls_that_evade_the_limits_are_closed(inside, name, arguments):
    number = forbidden.NUMBERS[platform.machine()][1][name]
    call = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    call += f"found = (libc.syscall({number}, {arguments}), ctypes.get_errno())"
    assert run(inside, call) == {}
    assert value(inside, "found") == (-1, 1)  # EPERM


@needs_wall
def test_threads_and_programs_work_as_ever(inside):
    code = "import subprocess, threading\nt = threading.Thread(target=print)\nt.start(); t.join()\n"
    assert run(inside, code + "out = subprocess.check_output(['echo', 'hello'])") == {}
    assert value(inside, "out.decode()") == "hello\n"


@needs_wall
@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("while True: pass", "took longer than 3 s"),
        ("import time; time.sleep(99)", "took longer than 3 s"),
        ("while True: print('x' * 9999)", "printed more than 2 MiB"),
        ("import os\nwhile True: os.write(2, b'x' * 9999)", "printed more than 2 MiB"),
        (
            "import subprocess, time\nfor _ in range(11): subprocess.Popen(['sleep', '9'])\n"
            "time.sleep(2)",
            "started more than 10 processes",
        ),
        (
            "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n"
            "        held = b'x' * (250 << 20)\n        time.sleep(9)\ntime.sleep(9)",
            "used more than 600 MiB of memory",
        ),
        (
            "import mmap\nheld = mmap.mmap(-1, 900 << 20)\n"
            "for k in range(900): held[k << 20:(k + 1) << 20] = b'x' * (1 << 20)\n"
            "import time; time.sleep(9)",
            "used more than 600 MiB of memory",
        ),
        ("import os; os._exit(0)", "ended its own process"),
        ("import os; os.kill(os.getpid(), 9)", "ended its own process"),
        ("import os; os.closerange(3, 99)", "ended its own process"),
        (
            "import os\nfor k in range(3, 99):\n    try: os.write(k, b'{}\\n')\n"
            "    except OSError: pass",
            "disturbed the channel",
        ),
        (
            "import os\nfor k in range(3, 99):\n    try:\n"
            "        while True: os.write(k, b'x' * (1 << 20))\n    except OSError: pass",
            "disturbed the channel",
        ),
    ],
)
def test_who_goes_beyond_a_limit_is_ended(fresh, code, how):
    started = time.monotonic()
    with pytest.raises(Beyond, match=how):
        run(fresh, code, seconds=3)
    assert fresh.process.poll() is not None
    assert time.monotonic() - started < 8


@needs_wall
def test_one_process_gets_no_more_memory_than_all_may_have(fresh):
    assert run(fresh, "held = bytearray(700 << 20)")["kind"] == "MemoryError"
    assert run(fresh, "1") == {}


@needs_wall
def test_quick_answers_are_no_cover_for_memory_taken_in_the_background(monkeypatch, fresh):
    monkeypatch.setattr(sandbox, "LOOK_SECONDS", 2)  # no answer takes that long
    behind = "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n"
    behind += "        held = b'x' * (250 << 20)\n        time.sleep(99)"
    assert run(fresh, behind) == {}
    until = time.monotonic() + 10
    with pytest.raises(Beyond, match="memory"):
        while time.monotonic() < until:
            run(fresh, "1")


@needs_wall
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return bytes(9)", "Refused"),
        ("import numpy as np\n    return np.zeros(70 << 17)", "Refused"),  # 70 MiB
        ("x = []; x.append(x)\n    return x", "Refused"),
        ("return (n for n in range(3))", "Refused"),
        ("raise type('Own', (Exception,), {'__str__': lambda self: 1 / 0})", "Own"),
        ("raise SystemExit", "SystemExit"),
        ("import sys; sys.stdout = None\n    raise KeyError", "KeyError"),
        (
            "class Bad:\n        numpy = property(lambda self: 1 / 0)\n    return Bad()",
            "ZeroDivisionError",
        ),
    ],
)
def test_whatever_a_function_does_its_process_answers_and_lives_on(fresh, body, kind):
    assert run(fresh, f"def f():\n    {body}") == {}
    assert fresh.ask(5, ask="keep", test="t", names=["f"])["found"] == {"f": "function"}
    reply = fresh.ask(20, ask="call", test="t", name="f", given=wire.pack(((), {})))
    assert reply["kind"] == kind
    assert wire.unpack(fresh.ask(5, ask="keep", test="t", names=["__name__"])["found"]["__name__"])


def running(marker):
    """The processes that have a word in their command line."""
    found = []
    for process in psutil.process_iter():
        try:
            if marker in process.cmdline():
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


@needs_wall
def test_nothing_outlives_its_sandbox():
    marker = f"survivor-{os.getpid()}"
    box = Sandbox(SMALL)
    code = "import os, signal, subprocess, sys\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    code += "for closed in (True, False):\n"
    code += f"    words = [sys.executable, '-c', 'import time; time.sleep(99)', {marker!r}]\n"
    code += "    end = subprocess.DEVNULL if closed else None\n"
    code += "    subprocess.Popen(words, start_new_session=True, stdout=end, stderr=end)\n"
    try:
        assert run(box, code) == {}
        assert len(running(marker)) == 2
    finally:
        started = time.monotonic()
        box.end()
    assert running(marker) == []
    assert time.monotonic() - started < 5
    box.end()  # once more does no harm


@needs_wall
def test_after_a_fork_bomb_the_next_sandbox_starts_at_once():
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    for _ in range(3):
        box = Sandbox(SMALL)
        with pytest.raises(Beyond):
            run(box, bomb)
        after = Sandbox(SMALL)
        assert run(after, "import threading\nt = threading.Thread(target=print)\nt.start()") == {}
        after.end()


def fake_bubblewrap(monkeypatch, folder, says):
    """A bwrap before the real one, which runs a line and fails."""
    fake = folder / "bwrap"
    fake.write_text(f"#!/bin/sh\n{says}\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_without_bubblewrap_it_says_what_to_install_and_what_else_there_is(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CourseError, match="apt install bubblewrap") as error:
        wall.require()
    assert "--without-sandbox" in str(error.value)


@pytest.mark.skipif(os.name != "posix", reason="a program in a shell's words")
def test_a_bubblewrap_that_may_not_be_used_is_told_with_its_own_words(monkeypatch, tmp_path):
    fake_bubblewrap(
        monkeypatch, tmp_path, "echo 'bwrap: No permissions to create new namespace' >&2"
    )
    with pytest.raises(CourseError, match="No permissions to create new namespace") as error:
        wall.require()
    assert "user namespaces" in str(error.value) and "--without-sandbox" in str(error.value)


@pytest.mark.skipif(os.name != "posix", reason="a program in a shell's words")
def test_a_bubblewrap_that_fails_without_a_word_is_not_taken_for_a_wall(monkeypatch, tmp_path):
    fake_bubblewrap(monkeypatch, tmp_path, "")
    with pytest.raises(CourseError, match="bubblewrap does not work here"):
        wall.require()


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap exists for Linux only")
@pytest.mark.parametrize(("user", "own"), [(0, False), (1000, True)])
def test_an_ordinary_user_gets_an_own_namespace_and_root_gives_up_its_rights(
    monkeypatch, user, own
):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    words = wall.words(SMALL)
    assert ("--unshare-user" in words) == own
    assert ("--cap-drop" in words) != own
    assert {"--unshare-net", "--unshare-pid", "--die-with-parent", "--new-session"} <= set(words)
    assert words[-4:-2] == ["--remount-ro", "/"]
    assert words[words.index("/dev") - 1 :][:4] == ["--dev", "/dev", "--remount-ro", "/dev"]


@needs_wall
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="all tests run so")
def test_the_wall_holds_for_an_ordinary_user_too():
    ordinary = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
    try:
        subprocess.run([sys.executable, "-c", "import lecturekit"], check=True, **ordinary)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("another user may not read this Python")
    words = [sys.executable, "-m", "pytest", __file__, "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(words, capture_output=True, text=True, **ordinary)
    assert done.returncode == 0, done.stdout[-3000:]
