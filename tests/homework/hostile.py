"""What a submission may try, each with what must become of it; all else of it is well answered.

LECTURER stands for a folder with a gradebook and the source notebook, MARKER for a word by which
a process is found again, GOOD for the right answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from tiny import RIGHT_SQUARE as GOOD
from tiny import WRONG_SQUARE as WRONG

VALUE = "square returned something that is no number, array or tensor, or a very large one."
ENDED = "ended its own process, or was ended for its memory"
DISTURBED = "disturbed the channel through which it is asked"
NOT_2 = "The square of 2 is not 2 times 2."
NOT_WHOLE = "It is wrong for numbers that are not whole."
ROOM = "import gc\nroom = next(o for o in gc.get_objects() if type(o).__name__ == 'Room')\n"


@dataclass(frozen=True)
class Case:
    """One attempt.

    Attributes:
        name: of the student.
        code: of the cell that should define `square`.
        why: the reason for no points for `square`; "" for all points.
        flags: what the lecturer is told.
        before: a cell of its own that runs before.
    """

    name: str
    code: str = GOOD
    why: str = ""
    flags: tuple[str, ...] = ()
    before: str = ""


def ended(name: str, code: str, how: str) -> Case:
    """A cell whose process has to be ended."""
    return Case(name, code, f"Its cell {how}.", (f"square {how}",))


def in_call(name: str, body: str, how: str) -> Case:
    """A function whose call has to be ended."""
    code = f"def square(x):\n    {body}"
    return Case(name, code, f"It {how}.", (f"test_square {how}",))


def harmless(name: str, attempt: str) -> Case:
    """A cell that tries something, with asserts that it fails, and then answers well."""
    return Case(name, f"{attempt}\nGOOD")


LIMITS = [
    ended("endless loop", "while True: pass", "took longer than 3 s"),
    ended(
        "deaf to signals",
        "import signal\nfor s in range(1, 32):\n    try: signal.signal(s, signal.SIG_IGN)\n"
        "    except OSError: pass\nwhile True:\n    try: pass\n    except BaseException: pass",
        "took longer than 3 s",
    ),
    in_call("sleeping", "import time; time.sleep(99)", "took longer than 3 s"),
    ended("gigabytes of output", "while True: print('x' * 10**5)", "printed more than 5 MiB"),
    ended(
        "gigabytes of errors",
        "import os\nwhile True: os.write(2, b'x' * 10**5)",
        "printed more than 5 MiB",
    ),
    ended(
        "fork bomb",
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        "started more than 12 processes",
    ),
    Case("memory bomb", "x = bytearray(4 << 30)", "It stopped with MemoryError in line 1"),
    ended(
        "memory of many",
        "import os, time\nfor _ in range(5):\n    if os.fork() == 0:\n"
        "        x = b'x' * (200 << 20)\n        time.sleep(9)\ntime.sleep(9)",
        "used more than 700 MiB of memory",
    ),
    ended("kernel kill", "import os; os.kill(os.getpid(), 9)", ENDED),
    in_call("kill in a call", "import os; os._exit(0)", ENDED),
    ended("crash", "import ctypes; ctypes.string_at(0)", ENDED),
    harmless(
        "kill all",
        "import os\ntry: os.kill(-1, 9)\nexcept OSError: pass\n"
        "try: os.kill(1, 9)\nexcept OSError: pass",
    ),
    harmless(
        "filled disk",
        "import os\ntry:\n    for k in range(99): open(f'/tmp/{k}', 'wb').write(bytes(1 << 20))\n"
        "    raise SystemError\nexcept OSError: pass",
    ),
    harmless(
        "sleeping threads",
        "import threading, time\n"
        "for _ in range(50): threading.Thread(target=time.sleep, args=(99,)).start()",
    ),
    harmless(
        "at the end",
        "import atexit, time\natexit.register(time.sleep, 99)\nclass Last:\n"
        "    def __del__(self):\n        while True: pass\nlast = Last()",
    ),
    harmless(
        "daemons",
        "import subprocess as s, sys\nfor end in (s.DEVNULL, None):\n"
        "    s.Popen([sys.executable, '-c', 'import time; time.sleep(99)', 'MARKER'],\n"
        "            start_new_session=True, stdin=end, stdout=end, stderr=end)",
    ),
    Case("exit", "raise SystemExit(0)", "It stopped with SystemExit in line 1 of its cell: 0"),
    Case("asks", "input('?')", "It stopped with "),
    Case(
        "shell",
        before="%%bash\nrm -rf /tmp /etc LECTURER 2> /dev/null\n"
        "touch LECTURER/mine LECTURER/../mine\nexit 3",
    ),
    Case("line of shell", "!rm -rf --no-preserve-root /tmp /etc LECTURER 2> /dev/null\nGOOD"),
]

SPYING = [
    harmless("reading tests", "import os\nassert not os.path.exists('LECTURER')"),
    harmless(
        "overwriting grades",
        "try:\n    open('LECTURER/gradebook.csv', 'w').write('A')\n    raise SystemError\n"
        "except OSError: pass",
    ),
    harmless(
        "tricks of proc",
        "import os\nfor path in ('/proc/1/root/LECTURER', '/proc/self/root/LECTURER',\n"
        "             '/proc/1/cwd/LECTURER', '/proc/self/fd/0/LECTURER', '/../LECTURER'):\n"
        "    assert not os.path.exists(path)\n"
        "try:\n    open('/proc/1/mem', 'rb').seek(0); open('/proc/sys/kernel/hostname', 'w')\n"
        "    raise SystemError\nexcept OSError: pass",
    ),
    harmless(
        "tracing its parent",
        "import ctypes\nassert ctypes.CDLL(None).ptrace(16, 1, None, None) == -1",
    ),
    harmless(
        "network",
        "import socket\nfor where in ('127.0.0.1', '8.8.8.8'):\n    try:\n"
        "        socket.create_connection((where, 80), timeout=1)\n        raise SystemError\n"
        "    except OSError: pass",
    ),
    harmless(
        "searching memory",
        "import gc, sys\nheld = ' '.join(repr(list(o.values())) for o in gc.get_objects()\n"
        "    if type(o) is dict and len(o) < 50)\nframe = sys._getframe()\n"
        "while frame: held += repr(frame.f_locals); frame = frame.f_back\n"
        "assert 'seven ' + 'numbers' not in held and 'not ' + 'whole' not in held",
    ),
    Case(
        "numbers in a name",
        "def square(x):\n    if len(x) == 2: return np.asarray(x) ** 2\n"
        "    raise type('E' + str(abs(x[1])).replace('.', '_'), (Exception,), {})(str(list(x)))",
        "It stopped with an error of its own in line 3 of its cell.",
    ),
    Case(
        "numbers in a line",
        "def square(x):\n    if len(x) == 2: return np.asarray(x) ** 2\n"
        "    lines = '\\n' * int(abs(x[1]) * 1e6)\n"
        "    exec(compile(lines + 'raise ValueError', '<x>', 'exec'))",
        "It stopped with ValueError.",
    ),
    Case(
        "numbers in a shape",
        "def square(x):\n    if len(x) == 2: return np.asarray(x) ** 2\n"
        "    return np.zeros((0, int(abs(x[1]) * 1e9)))",
        "square returned something unreadable.",
    ),
]

FORGING = [
    Case(
        "equal to everything",
        "class Same(float):\n    __eq__ = __le__ = __lt__ = __ge__ = lambda self, other: True\n"
        "def square(x): return Same()",
        VALUE,
    ),
    Case(
        "disabled asserts",
        "import builtins\nbuiltins.AssertionError = ValueError\n" + WRONG,
        NOT_2,
    ),
    Case(
        "patched lecturekit",
        "import sys, types\nfrom lecturekit.homework import checks, judge, remote\n"
        "checks.close = checks.NotYet = judge.Judge.run = lambda *a, **k: None\n"
        "sys.modules['lecturekit.homework.checks'] = types.ModuleType('checks')\n" + WRONG,
        NOT_2,
    ),
    Case(
        "patched numpy",
        "np.all = np.allclose = np.array_equal = lambda *a, **k: True\nnp.abs = lambda x: 0 * x\n"
        + WRONG,
        NOT_2,
    ),
    Case(
        "patched random numbers",
        "from lecturekit.homework import checks\n"
        "class Fixed:\n    def normal(self, size): return np.ones(size)\n"
        "np.random.default_rng = checks.draws = lambda *a: Fixed()\n"
        "def square(x): return np.array([1, 4]) if len(x) == 2 else np.ones(5)",
        NOT_WHOLE,
    ),
    Case(
        "patched wire",
        "from lecturekit.homework import wire\npack = wire.pack\n"
        "def forge(value, depth=0):\n    array = type(value) is np.ndarray\n"
        "    return {'plain': True} if array else pack(value, depth)\n"
        "wire.pack = forge\n" + WRONG,
        NOT_2,
    ),
    Case(
        "forged meaning",
        ROOM + "keep = room.keep\ndef forge(test, names):\n"
        "    told = keep(test, names)\n    if test == 'test_square':\n"
        "        told['found']['square'] = {'array': '', 'dtype': '<f8', 'shape': [float('inf')]}\n"
        "    return told\nroom.keep = forge",
        "square is no function, number or array.",
    ),
    Case(
        "forged value",
        ROOM + "call = room.call\ndef forge(test, *given):\n"
        "    value = {'array': [1], 'dtype': {}, 'shape': 10**400}\n"
        "    return {'value': value} if test == 'test_square' else call(test, *given)\n"
        "room.call = forge\n" + GOOD,
        "square returned something unreadable.",
    ),
    Case(
        "forged error",
        ROOM + "call = room.call\ndef forge(test, *given):\n"
        "    wrong = {'kind': '<script>', 'text': '0.123', 'line': 10**300}\n"
        "    return wrong if test == 'test_square' else call(test, *given)\n"
        "room.call = forge\n" + GOOD,
        "It stopped with an error of its own.",
    ),
    ended(
        "answering ahead",
        'import os\nline = b\'{"number":3,"found":{"square":"function"}}\\n\'\n'
        "for k in range(3, 20):\n    try: os.write(k, line)\n    except OSError: pass",
        DISTURBED,
    ),
    ended(
        "writing to all channels",
        "import os\nfor k in range(3, 99):\n    try: os.write(k, b'{}\\n')\n"
        "    except OSError: pass",
        DISTURBED,
    ),
    in_call(
        "a thread that answers first",
        "import os, threading\n    def forge():\n        for k in range(3, 20):\n"
        '            try: os.write(k, b\'{"number": 1, "value": {"plain": 4}}\\n\')\n'
        "            except OSError: pass\n"
        "    t = threading.Thread(target=forge); t.start(); t.join()\n    return np.ones(2)",
        DISTURBED,
    ),
    ended("closing all channels", "import os; os.closerange(0, 99)", ENDED),
    Case("nan", "def square(x): return np.full(len(x), np.nan)", NOT_2),
    Case("70 MiB", "def square(x): return np.zeros(70 << 17)", VALUE),
    Case("without end", "def square(x):\n    y = []; y.append(y)\n    return y", VALUE),
    Case("generator", "def square(x): return (n * n for n in x)", VALUE),
    Case("lambda", "def square(x): return lambda: x", VALUE),
    Case("no function", "square = {1, 2}", "square is no function, number or array."),
    Case("half a character", "raise ValueError('\\ud800\\x1b[31m')", "It stopped with ValueError"),
    Case("half a character in a cell", "x = '\ud800'\nGOOD"),
    Case("deep", "def square(x): return np.asarray(x) ** 2" + " + 0" * 600),
    Case("deeper", f"def square(x): return {'-' * 100_000}x", "It stopped with "),
]

CASES = LIMITS + SPYING + FORGING
