"""A made-up student: logs in through the Hub's proxy, and runs a notebook as JupyterLab would."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import requests
import websocket

PASSWORD = "made up for this test"
CELL_SECONDS = 300


class Student:
    """One browser: cookies for the log-in page, then a token of the student's own for the rest.

    Args:
        name: the account.
        hub: the proxy's address, like http://127.0.0.1:8000.
    """

    def __init__(self, name: str, hub: str) -> None:
        self.name = name
        self.hub = hub
        self.server = f"{hub}/user/{name}"
        self.browser = requests.Session()
        self.headers: dict[str, str] = {}

    def log_in(self) -> None:
        """Send the log-in form, which also begins to start the server, and get a token."""
        self.browser.get(f"{self.hub}/hub/login").raise_for_status()
        form = {"username": self.name, "password": PASSWORD, "_xsrf": self._xsrf()}
        self.browser.post(f"{self.hub}/hub/login", data=form).raise_for_status()
        answer = self.browser.post(
            f"{self.hub}/hub/api/users/{self.name}/tokens", headers={"X-XSRFToken": self._xsrf()}
        )
        answer.raise_for_status()
        self.headers = {"Authorization": f"token {answer.json()['token']}"}

    def _xsrf(self) -> str:
        return next(c.value for c in self.browser.cookies if c.name == "_xsrf" and c.value)

    def servers(self) -> dict[str, dict[str, Any]]:
        """The student's servers, as the Hub knows them: starting, ready or stopping."""
        answer = requests.get(f"{self.hub}/hub/api/users/{self.name}", headers=self.headers)
        answer.raise_for_status()
        return answer.json()["servers"]

    def start(self) -> None:
        """Ask for a server, where logging in did not."""
        answer = requests.post(f"{self.hub}/hub/api/users/{self.name}/server", headers=self.headers)
        answer.raise_for_status()

    def wait_for_server(self, seconds: float = 180) -> None:
        """Wait until the server answers."""
        self._wait(lambda: any(each["ready"] for each in self.servers().values()), seconds)
        self.get("api/status").raise_for_status()

    def wait_for_its_end(self, seconds: float = 90) -> None:
        """Wait until the server is gone."""
        self._wait(lambda: not self.servers(), seconds)

    def _wait(self, reached: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < end, f"{self.name}: {self.servers()} after {seconds} s"
            time.sleep(0.2)

    def get(self, path: str, server: str | None = None) -> requests.Response:
        """GET from the own server, or from that of another student."""
        return requests.get(f"{server or self.server}/{path}", headers=self.headers)

    def notebook(self, path: str) -> dict[str, Any]:
        """A notebook of the student's own folder."""
        answer = self.get(f"api/contents/{path}")
        answer.raise_for_status()
        return answer.json()["content"]

    def save(self, path: str, content: dict[str, Any]) -> None:
        """Save a notebook, as Ctrl-S does."""
        body = {"type": "notebook", "format": "json", "content": content}
        answer = requests.put(f"{self.server}/api/contents/{path}", json=body, headers=self.headers)
        answer.raise_for_status()

    def run(self, path: str) -> list[str]:
        """Run all code cells of a notebook in a new kernel, which stays; the errors that came."""
        notebook = self.notebook(path)
        cells = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
        return self.execute(cells, path)

    def execute(self, cells: list[str], path: str = "scratch.ipynb") -> list[str]:
        """Run cells in a new kernel; the first error ends it. Returns what cells raised."""
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        answer = requests.post(f"{self.server}/api/sessions", json=body, headers=self.headers)
        answer.raise_for_status()
        kernel = answer.json()["kernel"]["id"]
        address = f"{self.server}/api/kernels/{kernel}/channels".replace("http", "ws", 1)
        header = [f"{name}: {value}" for name, value in self.headers.items()]
        channel = websocket.create_connection(address, timeout=CELL_SECONDS, header=header)
        try:
            return [error for cell in cells if (error := _run_cell(channel, cell))][:1]
        finally:
            channel.close()


def _run_cell(channel: websocket.WebSocket, code: str) -> str:
    """Run one cell and read until its reply; "" or the error."""
    asked = uuid.uuid4().hex
    header = {"msg_id": asked, "msg_type": "execute_request", "session": asked, "username": ""}
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    channel.send(json.dumps({**message, "channel": "shell", "buffers": []}))
    while True:
        answer = channel.recv()
        if isinstance(answer, bytes):
            continue  # figures, which travel beside the message
        answer = json.loads(answer)
        ours = answer["parent_header"].get("msg_id") == asked
        if ours and answer["msg_type"] == "execute_reply":
            reply = answer["content"]
            return "" if reply["status"] == "ok" else f"{reply.get('ename')}: {reply.get('evalue')}"
