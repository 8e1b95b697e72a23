"""Make or update `.venv` from `requirements.lock`; needs nothing but Python's standard library.

    python3 bootstrap.py            make .venv, or bring it up to date; quick when it is
    python3 bootstrap.py --quiet    the same, without a word when there is nothing to do
    python3 bootstrap.py --here     finish an environment that conda or Binder made from the lock

Every package is checked against its hash in the lock. The file stays readable for old Pythons
(3.8), so that they can say which Python to take instead of failing on its syntax.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys

SUPPORTED = ((3, 13), (3, 12), (3, 11))  # the same range as requires-python in pyproject.toml
ROOT = os.path.dirname(os.path.realpath(__file__))
LOCK = os.path.join(ROOT, "requirements.lock")
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "made-from")
UNFINISHED = "unfinished\n"
WINDOWS = os.name == "nt"
SCRIPTS = os.path.join(VENV, "Scripts" if WINDOWS else "bin")
PYTHON = os.path.join(SCRIPTS, "python.exe" if WINDOWS else "python")
COMMAND = os.path.join(SCRIPTS, "lecturekit.exe" if WINDOWS else "lecturekit")
OVERRIDES = {  # JupyterLab neither asks about news nor looks for updates: it works offline
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}
KERNEL = {  # what C++ prints (TensorFlow, at every import) goes to the terminal, not into the page
    "IPKernelApp": {"capture_fd_output": False}
}
# nbgrader is here for its release steps; its sidebars, and the second notebook page that it brings,
# would only confuse a student. A name without a colon is all of a package.
ASIDE = ("@jupyter/nbgrader", "@jupyter-notebook/lab-extension")
SERVERS = ("formgrader", "validate_assignment", "assignment_list", "course_list")
QUIET = {f"nbgrader.server_extensions.{name}": False for name in SERVERS}
QUIET.update({"notebook": False, "notebook_shim": False})
SETTINGS = {
    ("etc", "jupyter", "labconfig", "page_config.json"): {
        "disabledExtensions": {name: True for name in ASIDE}
    },
    ("etc", "jupyter", "jupyter_server_config.d", "zz-lecture.json"): {
        "ServerApp": {"jpserver_extensions": QUIET}
    },
    ("share", "jupyter", "lab", "settings", "overrides.json"): OVERRIDES,
    ("etc", "ipython", "ipython_kernel_config.json"): KERNEL,
}


class SetupError(Exception):
    """Set-up cannot go on; its text names the thing and the remedy."""


# --- which Python ---------------------------------------------------------------------------


def find_python(folders: list[str] | None = None) -> list[str] | None:
    """A supported Python that really runs (a pyenv shim may exist and fail), or None."""
    if folders is None:
        folders = os.environ.get("PATH", "").split(os.pathsep)
    for version in SUPPORTED:
        wanted = dotted(version)
        commands = [[os.path.join(folder, "python" + wanted)] for folder in folders]
        if WINDOWS:
            commands = [["py", "-" + wanted]]
        for command in commands:
            if (WINDOWS or os.access(command[0], os.X_OK)) and version_of(command) == wanted:
                return command
    return None


def dotted(version: tuple[int, ...]) -> str:
    """(3, 12, 1, …) -> "3.12"."""
    return f"{version[0]}.{version[1]}"


def version_of(command: list[str]) -> str:
    """What `command` says its version is, like "3.12"; "" when it does not run."""
    question = ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        answer = subprocess.run(
            command + question, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.decode("ascii", "replace").strip()


def wrong_python(version: tuple[int, ...]) -> str:
    """The message for a Python that cannot be used, when no other was found either."""
    how = {
        "darwin": "brew install python@3.13      (or the installer from python.org)",
        "win32": "winget install Python.Python.3.13      (or the installer from python.org)",
    }.get(sys.platform, "sudo apt install python3.13 python3.13-venv      (or 3.12, or 3.11)")
    return (
        f"Python 3.11, 3.12 or 3.13 is needed; this is {dotted(version)}, and no other was found.\n"
        f"Install one:   {how}\n"
        f"then repeat:   {repeat()}"
    )


# --- what the environment was made from -----------------------------------------------------


def place(version: tuple[int, ...]) -> str:
    """Where and for which Python: when it changes, scripts are stale and all is made anew."""
    return f"Python {dotted(version)} in {VENV}"


def content() -> str:
    """A digest of what the environment is made from: the lock, the package, this script."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml", "bootstrap.py"):
        try:
            with open(os.path.join(ROOT, name), "rb") as file:
                digest.update(file.read() + b"\0")
        except OSError as error:
            raise SetupError(
                f"{name} cannot be read ({error.strerror}).\n"
                f"Get it back with: git checkout -- {name}"
            ) from error
    return digest.hexdigest()


def stamp() -> tuple[str, str]:
    """(place, content) that the environment was finished with; ("", "") when there is no word."""
    try:
        with open(STAMP, encoding="utf-8", errors="surrogateescape") as file:
            made_in, _, made_of = file.read().partition("\n")
    except FileNotFoundError:
        return "", ""
    return made_in, made_of if os.path.exists(COMMAND) else ""


def write(path: str, text: str) -> None:
    """Write `text` whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".part", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    os.replace(path + ".part", path)


# --- making it ------------------------------------------------------------------------------


def say(text: str) -> None:
    """Progress goes to the terminal at once, before what the tools print."""
    print(text, flush=True)


def run(words: str, *more: str, python: str = PYTHON) -> bool:
    """Run a module of the environment, like run("pip install -r", path); True when it succeeded."""
    return end(start(words, *more, python=python))


def start(words: str, *more: str, python: str = PYTHON) -> subprocess.Popen:
    """Start a module of the environment in isolation from the user's Python settings."""
    settings = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_HASHES", "VIRTUAL_ENV")
    env = {name: value for name, value in os.environ.items() if name not in settings}
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    command = [python, "-I", "-m", *words.split(), *more]
    return subprocess.Popen(command, env=env, stderr=subprocess.PIPE)


def end(tool: subprocess.Popen) -> bool:
    """Wait for what `start` started and show what it complains of; True when it succeeded."""
    try:
        for line in tool.stderr:
            if line[:3] not in (b" + ", b" - "):  # uv's list of 150 packages hides what matters
                sys.stderr.buffer.write(line)
                sys.stderr.flush()
        return tool.wait() == 0
    except KeyboardInterrupt:
        tool.terminate()  # its downloads must not outlive this script
        tool.wait()
        raise


def make_venv() -> None:
    """An empty .venv with pip."""
    name = f"python{dotted(sys.version_info)}"
    no_venv = (
        f"{name} has no {{}} module, which makes environments.\nOn Debian and Ubuntu:   "
        f"sudo apt install python3-venv      (or {name}-venv)\nthen repeat:            {repeat()}"
    )
    try:
        import ensurepip  # noqa: F401  (Debian ships Python without it)
        import venv
    except ImportError as error:
        raise SetupError(no_venv.format(error.name)) from error
    say(f"Making .venv with Python {dotted(sys.version_info)} ...")
    try:
        shutil.rmtree(VENV, ignore_errors=not os.path.exists(VENV))
        write(STAMP, UNFINISHED)
        venv.create(VENV, symlinks=not WINDOWS, with_pip=True, prompt="lecturekit")
    except PermissionError as error:
        raise SetupError(
            f"{error.filename} is in use or not yours to change: close JupyterLab and "
            f"all that runs from .venv, then repeat: {repeat()}"
        ) from error
    except subprocess.CalledProcessError as error:
        raise SetupError(no_venv.format("ensurepip")) from error


def is_usable() -> bool:
    """Whether a .venv that another tool made (an editor, say) can be filled instead of removed."""
    question = "import sys, pip; print('%d.%d' % sys.version_info[:2], sys.prefix)"
    answer = subprocess.run(
        [PYTHON, "-I", "-c", question], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return os.fsdecode(answer.stdout).strip() == f"{dotted(sys.version_info)} {VENV}"


def uv_block(lock: str) -> str:
    """The lines of the lock that pin uv with its hashes."""
    lines = iter(lock.splitlines())
    for line in lines:
        if line.startswith("uv=="):
            block = [line]
            while block[-1].endswith("\\"):
                block.append(next(lines, ""))
            return "\n".join(block) + "\n"
    raise SetupError("requirements.lock pins no uv; its head says how to make it again.")


def install_packages() -> None:
    """Everything in the lock, by uv where it can be had, else by pip."""
    with open(LOCK, encoding="utf-8") as file:
        block = uv_block(file.read())
    say("Getting the installer ...")
    only_uv = os.path.join(VENV, "uv.txt")
    write(only_uv, block)
    have_uv = run("pip install -qq --retries 1 --require-hashes -r", only_uv)
    os.remove(only_uv)
    say("Installing the packages (the first time about 900 MB are downloaded) ...")
    done = have_uv and run("uv pip install --require-hashes --python", PYTHON, "-r", LOCK)
    if not done:
        say("uv could not do it; trying pip, which may know a mirror or a proxy that uv does not.")
        done = run("pip install --no-compile --retries 2 --require-hashes -r", LOCK)
    if not done:
        raise SetupError(failed_download())


def failed_download() -> str:
    """Why an installation can fail, and how to repeat it."""
    free = shutil.disk_usage(ROOT).free / 2**30
    space = f"Only {free:.1f} GiB of disk are free; about 4 are needed.\n" if free < 4 else ""
    return (
        f"The packages could not be installed; the lines above say why.\n{space}"
        "Without a network: connect to one. Behind a proxy: set HTTPS_PROXY. With a mirror: set "
        f"PIP_INDEX_URL.\nThen repeat: {repeat()}      (what was downloaded is not loaded again)"
    )


def site_packages() -> str:
    """The folder of .venv that holds the packages."""
    import sysconfig

    return sysconfig.get_path("purelib", "venv", vars={"base": VENV})


def install_lecturekit(python: str) -> None:
    """lecturekit itself, editable, without network: hatchling came with the lock."""
    say("Installing lecturekit ...")
    words = "pip install -qq --no-index --no-deps --no-build-isolation -e"
    if not run(words, ROOT, python=python):
        raise SetupError("lecturekit itself could not be installed; the lines above say why.")


def relative_path_file() -> None:
    """Point .venv at the checkout by a relative path: before Python 3.13 an absolute one is read
    in the locale's encoding, and a folder with an umlaut would be lost on Windows."""
    folder = site_packages()
    for name in os.listdir(folder):
        if "lecturekit" in name and name.endswith(".pth"):
            write(os.path.join(folder, name), os.path.relpath(ROOT, folder) + "\n")


def write_settings(prefix: str) -> None:
    """Our settings for JupyterLab and its kernels, beside what is there; only when they differ."""
    import json

    for parts, ours in SETTINGS.items():
        path = os.path.join(prefix, *parts)
        try:
            with open(path, encoding="utf-8") as file:
                present = json.load(file)
        except (OSError, ValueError):
            present = {}
        wanted = dict(present)
        for section, settings in ours.items():
            wanted[section] = dict(present.get(section, {}), **settings)
        if wanted != present:
            write(path, json.dumps(wanted, indent=2) + "\n")


def compile_packages() -> None:
    """Byte-code of the packages, and at the same time what numba makes of UMAP, kept in build/:
    whoever draws the first map would wait for it."""
    say("Compiling the packages and UMAP, so that notebooks and their first map start fast ...")
    # Explicit, so that it happens with PYTHONDONTWRITEBYTECODE too; without it every kernel
    # would compile TensorFlow again. Tests are left out; a template that is not valid Python
    # may fail, which harms nobody.
    byte_code = start("compileall -qq -j 0 -x", r"[/\\]tests?[/\\]", site_packages())
    try:
        if not run("lecturekit.latent.warm"):
            say("UMAP failed, which harms nobody: the first notebook with a map compiles it.")
    except KeyboardInterrupt:
        byte_code.terminate()
        raise
    finally:
        end(byte_code)


def read_only() -> str:
    """The message for a checkout that this user cannot write."""
    copy = "xcopy /e /i" if WINDOWS else "cp -r"
    return (
        f"{ROOT} cannot be written, so no .venv can be made or changed in it.\n"
        f'Copy it to a folder of your own:   {copy} "{ROOT}" lecture\n'
        f"then, in the copy:                 {repeat()}"
    )


def make(made_in: str) -> None:
    """Make the environment, or update in place what is sound. The stamp says "unfinished" until
    the end: whatever breaks off the work in between, the next run starts from nothing. An update
    that only lacks a network leaves what was there, to be updated another time."""
    here = place(sys.version_info)
    if not os.access(VENV if os.path.exists(VENV) else ROOT, os.W_OK):
        raise SetupError(read_only())
    sound = os.path.exists(PYTHON) and (made_in == here or (not made_in and is_usable()))
    if sound:
        write(STAMP, UNFINISHED)
    else:
        make_venv()
    try:
        install_packages()
        install_lecturekit(PYTHON)
    except SetupError:
        if sound:
            write(STAMP, here + "\n")
        raise
    relative_path_file()
    write_settings(VENV)
    compile_packages()
    write(STAMP, here + "\n" + content())


# --- the command ----------------------------------------------------------------------------


def repeat() -> str:
    """The command that repeats the set-up."""
    return "python bootstrap.py" if WINDOWS else "python3 bootstrap.py"


def next_step() -> str:
    """What to do after the set-up."""
    if WINDOWS:
        return "Ready. Next:   .venv\\Scripts\\lecturekit lab"
    return "Ready. Next:   make lab      (without make: .venv/bin/lecturekit lab)"


def set_up(arguments: list[str]) -> int:
    """The whole of it; returns the exit status."""
    version = sys.version_info[:2]
    if "--here" in arguments:
        if version not in SUPPORTED:
            raise SetupError(wrong_python(version))
        install_lecturekit(sys.executable)
        write_settings(sys.prefix)
        return 0
    made_in, made_of = stamp()
    if version not in SUPPORTED:
        ready = made_in in [place(other) for other in SUPPORTED] and made_of == content()
        if not ready or not os.path.exists(PYTHON):
            other = find_python()
            if other is None:
                raise SetupError(wrong_python(version))
            return subprocess.call([*other, os.path.abspath(__file__), *arguments])
    elif (made_in, made_of) != (place(version), content()) or not os.path.exists(PYTHON):
        make(made_in)
    if "--quiet" not in arguments:
        say(next_step())
    return 0


def main(arguments: list[str]) -> int:
    """Run, and turn what can go wrong into a message and an exit status."""
    unknown = [word for word in arguments if word not in ("--quiet", "--here")]
    if unknown:
        print(__doc__)
        return 0 if unknown[0] in ("-h", "--help") else 2
    try:
        return set_up(arguments)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
    except OSError as error:
        print(f"\nSet-up stopped: {error}.\nRepeat: {repeat()}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"\nSet-up was stopped. Repeat it: {repeat()}", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
