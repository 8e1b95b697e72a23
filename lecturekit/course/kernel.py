"""A kernel that is started by this very Python, whatever kernels the user has registered."""

from __future__ import annotations

import os
import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir

LONGEST_SOCKET_NAME = 100  # bytes; macOS allows 104, Linux 108


class ThisPython(AsyncKernelManager):
    """An ipykernel of `sys.executable`, over sockets in the runtime folder where the system has
    them (nobody else on the machine can connect), else over TCP."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        name = os.path.join(jupyter_runtime_dir(), f"kernel-{os.getpid()}")
        self.connection_file = f"{name}.json"
        self.exit_status: int | None = None  # of a kernel that ended by itself; −9: by SIGKILL
        if os.name == "posix" and len(os.fsencode(f"{name}-ipc-1")) <= LONGEST_SOCKET_NAME:
            self.transport = "ipc"
            self.ip = f"{name}-ipc"  # else sockets lie in the working folder, one name for all

    async def _async_is_alive(self) -> bool:
        process = getattr(self.provisioner, "process", None)
        alive = await super()._async_is_alive()
        if not alive and process is not None and self.exit_status is None:
            self.exit_status = process.returncode  # jupyter_client forgets it when it cleans up
        return alive

    is_alive = _async_is_alive

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )
