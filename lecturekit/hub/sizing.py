"""How many students a machine carries, from what was measured (notebooks/for_hubs.md)."""

from __future__ import annotations

SYSTEM_MIB = 2048  # the system, the Hub and its proxy, the libraries once, files being read
STUDENT_MIB = 1100  # of a student's own: a server, a kernel that trains, and a sixth to spare
LIMIT_MIB = 3072  # what one process may take before it is told that there is no more


def students_that_fit(memory_mib: float) -> int:
    """Students whose servers fit into `memory_mib` MiB of memory at once; at least 1."""
    return max(1, int((memory_mib - SYSTEM_MIB) // STUDENT_MIB))


def threads_each(cores: int, students: int) -> int:
    """Threads for each of `students` on `cores` cores; at least 1.

    TensorFlow and numpy take all cores if nobody tells them otherwise, and twenty processes that
    each take all of them mostly wait for one another.
    """
    return max(1, cores // students)
