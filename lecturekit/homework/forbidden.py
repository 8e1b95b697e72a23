"""System calls that no homework needs, closed before a submission runs (Linux' seccomp).

Some would hold memory that belongs to no process and so is counted by no limit; some make a
namespace in which a submission is root again; the others only widen what can be attacked.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

NUMBERS = {  # machine -> its name in the kernel, and the numbers of its calls
    "x86_64": (
        0xC000003E,
        {
            "memfd_create": 319,
            "memfd_secret": 447,
            "shmget": 29,
            "msgget": 68,
            "semget": 64,
            "unshare": 272,
            "setns": 308,
            "mount": 165,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "perf_event_open": 298,
            "bpf": 321,
            "userfaultfd": 323,
            "io_uring_setup": 425,
            "clone": 56,
            "clone3": 435,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "memfd_create": 279,
            "memfd_secret": 447,
            "shmget": 194,
            "msgget": 186,
            "semget": 190,
            "unshare": 97,
            "setns": 268,
            "mount": 40,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "perf_event_open": 241,
            "bpf": 280,
            "userfaultfd": 282,
            "io_uring_setup": 425,
            "clone": 220,
            "clone3": 435,
        },
    ),
}
OTHER_KIND = 0x40000000  # from here on x86-64 has a second number for each call
NEW_USERS = 0x10000000  # clone's flag for a namespace of users
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # the filter's own language
CALL, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # where it finds them
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
SET_SECCOMP, FILTER = 22, 2  # for prctl


def program(machine: str) -> bytes:
    """The filter: `PermissionError` for each of the calls above.

    `clone` is refused only for new users; `clone3`, which hides its flags from a filter, does not
    exist, so that the C library falls back on `clone`.
    """
    name, calls = NUMBERS[machine]
    no, unknown = REFUSE | errno.EPERM, REFUSE | errno.ENOSYS
    steps = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, name), (RETURN, 0, 0, no)]
    steps += [(LOAD, 0, 0, CALL), (AT_LEAST, 0, 1, OTHER_KIND), (RETURN, 0, 0, no)]
    for call, number in calls.items():
        if call != "clone":
            steps += [(EQUAL, 0, 1, number)]
            steps += [(RETURN, 0, 0, unknown if call == "clone3" else no)]
    steps += [(EQUAL, 0, 3, calls["clone"]), (LOAD, 0, 0, FIRST_ARGUMENT)]
    steps += [(ANY_BIT, 0, 1, NEW_USERS), (RETURN, 0, 0, no), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def forbid() -> None:
    """Close them for this process and all that it starts; on other machines nothing happens.

    Raises:
        OSError: the kernel refuses the filter.
    """
    if platform.machine() not in NUMBERS:
        return
    steps = program(platform.machine())
    held = ctypes.create_string_buffer(steps, len(steps))
    head = struct.pack("HP", len(steps) // 8, ctypes.addressof(held))
    if ctypes.CDLL(None, use_errno=True).prctl(SET_SECCOMP, FILTER, head, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
