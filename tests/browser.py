"""A real JupyterLab in a real browser: ``lab(folder)``, ``visit(url)``, ``run_all(page)``."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from behind import THREADS

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page, Route

REPOSITORY = Path(__file__).resolve().parent.parent
# The same Chromium without a window comes first: opening JupyterLab takes it a quarter less work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
COUNT_PICTURES = """addEventListener("lecturekit-drawn", ({ target }) => {
    target.drawn = (target.drawn ?? 0) + 1;
}, true);"""
OWN_PLACES = ("http://127.0.0.1:", "data:", "blob:", "file:")
START_SECONDS = 60
START_LAB = """from lecturekit.course.schemas import skip_addresses
skip_addresses()
from jupyterlab.labapp import main
main()"""
SETTINGS = {"apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}
# The status that Lab shows is "idle" before there is a kernel at all: ask its session instead.
KERNEL_READY = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
    const kernel = session?.session?.kernel;
    return session?.isReady && kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""


def why_no_browser() -> str | None:
    """Return what is missing for browser tests, as the reason to skip them, or None."""
    if not any(map(shutil.which, BROWSERS)):
        return "no Chromium: install Debian's chromium package"
    if importlib.util.find_spec("playwright") is None:
        return "no playwright in this environment"
    return None


@dataclass
class Lab:
    """A running server: ``url`` (without a last slash), its token, and its pid."""

    url: str
    token: str
    pid: int

    def page(self, notebook: str) -> str:
        return f"{self.url}/lab/tree/{notebook}?reset&token={self.token}"


@dataclass
class Visit:
    """A page with what it did wrong: errors in its console, requests to other machines."""

    page: Page
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


@contextlib.contextmanager
def lab(folder: Path) -> Iterator[Lab]:
    """Serve ``folder`` with JupyterLab on 127.0.0.1, all its settings in a temporary folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as home, open(Path(home) / "lab.log", "w+") as log:
        _write_settings(Path(home) / "settings" / "@jupyterlab")
        server = subprocess.Popen(
            [
                sys.executable, "-c", START_LAB, "--allow-root", "--no-browser",
                "--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={token}",
                f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
            ],
            stdout=log, stderr=log, env=_environment(Path(home)),
        )  # fmt: skip
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", server, Path(log.name))
            yield Lab(f"http://127.0.0.1:{port}", token, server.pid)
        finally:
            server.terminate()
            server.wait(timeout=20)


class _Browser:
    """The one playwright of this process and its browser, while somebody visits a page: a second
    would refuse to start beside it, and one that stays is in the way of other event loops."""

    driver: Any = None
    running: Any = None
    guests = 0

    @classmethod
    @contextlib.contextmanager
    def shared(cls) -> Iterator[Any]:
        from playwright.sync_api import sync_playwright

        if cls.guests == 0:
            cls.driver = sync_playwright().start()
            executable = next(filter(None, map(shutil.which, BROWSERS)))
            cls.running = cls.driver.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        cls.guests += 1
        try:
            yield cls.running
        finally:
            cls.guests -= 1
            if cls.guests == 0:
                cls.running.close()
                cls.driver.stop()


def open_browser() -> contextlib.AbstractContextManager[Any]:
    """Keep the browser of several visits: to start one takes seconds."""
    return _Browser.shared()


@contextlib.contextmanager
def visit(url: str, **context: Any) -> Iterator[Visit]:
    """Open ``url`` in headless Chromium; requests to other machines are refused and listed."""
    with _Browser.shared() as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 1000}, **context)
        visited = Visit(page)

        def guard(route: Route) -> None:
            if route.request.url.startswith(OWN_PLACES):
                route.continue_()
            else:
                visited.strangers.append(route.request.url)
                route.abort()

        def listen(message: ConsoleMessage) -> None:
            if message.type == "error":
                visited.errors.append(message.text)

        page.add_init_script(COUNT_PICTURES)
        page.route("**/*", guard)
        page.on("console", listen)
        page.on("pageerror", lambda error: visited.errors.append(str(error)))
        try:
            page.goto(url)
            yield visited
        finally:
            page.context.close()


def keep_picture(what: Page | Locator, name: str) -> None:
    """`build/screenshots/NAME.png` for whoever asks with LECTUREKIT_SCREENSHOTS=1."""
    if os.environ.get("LECTUREKIT_SCREENSHOTS"):
        what.screenshot(path=REPOSITORY / "build" / "screenshots" / f"{name}.png")


def wait_for_kernel(page: Page) -> None:
    """Wait until the notebook is open and its kernel has nothing to do."""
    page.wait_for_function(KERNEL_READY, timeout=START_SECONDS * 1000)


def run_all(page: Page) -> None:
    """Run all cells of the open notebook, wait for them."""
    wait_for_kernel(page)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")


def write_notebook(path: Path, *sources: str) -> Path:
    """A notebook of these code cells."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def exported_page(folder: Path, *sources: str) -> tuple[str, int]:
    """A bare page of the explorers of these cells: its address, and the bytes of its explorers."""
    from plotly.offline import get_plotlyjs

    from lecturekit.course.notebook import read
    from lecturekit.course.run import run
    from lecturekit.explore import page

    (done,) = run([write_notebook(folder / "exported.ipynb", *sources)], folder, static="grid")
    assert done.ok, done.message
    outputs = [o for cell in read(Path(done.output))["cells"] for o in cell["outputs"]]
    given = [(o["data"], o["metadata"]) for o in outputs if "data" in o]
    elements = list(filter(None, (page.element(*each) for each in given)))
    parts = {
        "plotly.js": get_plotlyjs(),
        "explorer.js": page.script(),
        "explorer.css": page.style(),
    }
    parts["exported.html"] = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Explorers</title>'
        f'<link rel="stylesheet" href="explorer.css"><body>{"".join(elements)}'
        '<script src="plotly.js"></script><script src="explorer.js"></script></body></html>'
    )
    for name, text in parts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return (folder / "exported.html").as_uri(), sum(len(each.encode()) for each in elements)


def _environment(home: Path) -> dict[str, str]:
    python_path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
    own = {
        "TF_NUM_INTRAOP_THREADS": THREADS,
        "TF_NUM_INTEROP_THREADS": THREADS,
        "OMP_NUM_THREADS": THREADS,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "PYTHONPATH": python_path,
    }
    inherited = {name: value for name, value in os.environ.items() if name != "LECTUREKIT_STATIC"}
    return inherited | {name: str(value) for name, value in own.items()}


def _write_settings(folder: Path) -> None:
    for name, values in SETTINGS.items():
        file = folder / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (URLError, TimeoutError):
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
