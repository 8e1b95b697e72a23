"""Settings of the class Hub. What differs on your machine goes into a file of your own, which
begins with `load_subconfig("…/lecturekit/hub/jupyterhub_config.py")`: see notebooks/for_hubs.md.
"""

import os
import sys
from pathlib import Path

from lecturekit.hub import sizing
from lecturekit.hub.start import FOLDER, HANDOUT, ROOT

c = get_config()  # type: ignore[name-defined]  # noqa: F821  JupyterHub puts it here

MEMORY_MIB = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20
STUDENTS = sizing.students_that_fit(MEMORY_MIB)
IDLE = 3600  # seconds without a cell that runs; longer than the pause between two lessons
STARTING = 180  # seconds; a whole class starts at once on few cores

# Who may enter: accounts of this machine that are in the group `lecture`, by their password.
c.JupyterHub.authenticator_class = "pam"
c.LocalAuthenticator.allowed_groups = {"lecture"}

# Passwords never travel in the open: only this machine connects here, and a web server with a
# certificate stands in front. Without one set bind_url to ":443", ssl_key and ssl_cert.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.ConfigurableHTTPProxy.command = [
    str(ROOT / "build" / "hub" / "node_modules" / ".bin" / "configurable-http-proxy")
]

# A server is a process of the student's own account. lecturekit.hub.start copies what is missing
# into ~/lecture, takes the limits below upon itself and becomes the server.
c.JupyterHub.spawner_class = "localprocess"
c.Spawner.cmd = [sys.executable, "-m", "lecturekit.hub.start"]
c.Spawner.notebook_dir = f"~/{FOLDER}"
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
c.Spawner.start_timeout = STARTING
c.Spawner.http_timeout = STARTING

# Memory: one process that wants too much is refused, and who comes when the machine is full is
# told so, before everybody's kernels begin to swap.
c.Spawner.mem_limit = f"{sizing.LIMIT_MIB}M"
c.JupyterHub.active_server_limit = STUDENTS
c.Spawner.cpu_limit = sizing.threads_each(os.cpu_count() or 1, STUDENTS)

# What the students' servers inherit from the Hub: the lecture's own data, homework given out.
c.Spawner.env_keep.extend(["LECTUREKIT_DATA", HANDOUT])

# Idle kernels, then idle servers end; notebooks are saved, so only variables are lost. Kernels
# talk through sockets that belong to the student: a port could be listened to by everybody here.
c.Spawner.args = [
    "--KernelManager.transport=ipc",
    f"--MappingKernelManager.cull_idle_timeout={IDLE}",
    "--MappingKernelManager.cull_connected=True",  # a forgotten browser tab is not a student
    f"--TerminalManager.cull_inactive_timeout={IDLE}",
]
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE}"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]

# Database and cookie secret lie where the Hub is started; nobody else may read what it writes.
os.umask(0o077)
c.JupyterHub.db_url = f"sqlite:///{Path.cwd() / 'jupyterhub.sqlite'}"
