"""The benchmarks behind `make bench`: each measures rows, the command makes one table of them.

A bench is a module with ``rows() -> Iterator[Row]``. It runs in a process of its own, and what is
compared runs in turns within it, so that both sides meet the same machine in the same state.
"""
