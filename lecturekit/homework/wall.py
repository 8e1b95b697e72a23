"""The wall around a submission: what bubblewrap is told, and whether it works on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from lecturekit.course.errors import CourseError
from lecturekit.homework.limits import MIB, Limits

PACKAGE = Path(__file__).resolve().parents[1]
SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/lib32", "/sbin")
CONFIGURATION = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "alternatives", "fonts")


def require() -> None:
    """Make sure that this machine can wall a submission in.

    Raises:
        CourseError: it has no bubblewrap, or may not use it.
    """
    say = "or add --without-sandbox if you trust every one of these submissions with this machine."
    if shutil.which("bwrap") is None:
        raise CourseError(
            "Submissions are programs by strangers, and bubblewrap, which walls them in, is"
            f" missing.\nInstall it (Debian, Ubuntu: sudo apt install bubblewrap), {say}"
        )
    try:
        trial = subprocess.run([*words(Limits()), "true"], capture_output=True, timeout=30)
        said = f"exit status {trial.returncode} {trial.stderr.decode('utf-8', 'replace').strip()}"
        said = said if trial.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    if said:
        raise CourseError(
            f"bubblewrap does not work here ({said}).\nThe system must allow user namespaces "
            f"(kernel.unprivileged_userns_clone=1, or an AppArmor profile for bwrap), {say}"
        )


def words(limits: Limits) -> list[str]:
    """The words before the command that is to run walled in."""
    command = ["bwrap", "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-net"]
    command += ["--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox"]
    if os.geteuid() == 0:  # `inside` becomes nobody, which needs these two for a moment
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    for folder in SYSTEM:
        if os.path.islink(folder):
            command += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            command += ["--ro-bind", folder, folder]
    command += ["--dir", "/etc"]
    for name in CONFIGURATION:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    command += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    command += ["--perms", "1777", "--size", str(limits.disk * MIB), "--tmpfs", "/tmp"]
    for own in needed():
        for parent in reversed(own.parents[:-1]):
            command += ["--dir", str(parent)]  # open to all; bubblewrap's own would be root's alone
        command += ["--ro-bind", str(own), str(own)]
    return [*command, "--remount-ro", "/", "--chdir", "/tmp"]  # what is left to write to is /tmp


def needed() -> list[Path]:
    """The folders that Python and lecturekit are in, without those that lie in another or in the
    system's."""
    data = PACKAGE.parent / "data"
    folders = {Path(sys.prefix), Path(sys.base_prefix), PACKAGE}
    folders |= {Path(sys.executable).resolve().parents[1]}
    folders |= {data} if data.is_dir() else set()
    parents = [Path(folder) for folder in SYSTEM]
    chosen: list[Path] = []
    for folder in sorted(folders, key=lambda one: len(one.parts)):
        if not any(folder.is_relative_to(parent) for parent in [*parents, *chosen]):
            chosen.append(folder)
    return chosen
