"""Losses over all pairs, forward and backward: their limit, a first attempt, another library."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.other_library import NAME, OtherLibrary, other_library
from bench.pairs import DIMENSIONS, Batch, a_batch, fits, kernels, run
from bench.rows import Row, at_least, at_most, tell
from bench.turns import in_turns, ratio, timed

ROUNDS = {1024: 31, 4096: 11}
OURS = ("contrastive, slide", "contrastive, Hadsell", "batch-hard")
REST = 0.02  # for the threads of the other library to end
THEIRS = {"contrastive, slide": "contrastive", "batch-hard": "batch-hard"}


def against_the_limit(batch: Batch) -> Iterator[Row]:
    rows, all_kernels = len(batch[0]), kernels()
    times = in_turns(
        {name: timed(run(all_kernels[name], batch)) for name in ("two products", *OURS)},
        ROUNDS[rows],
    )
    for name in OURS:
        yield Row(
            f"{name}, batch {rows:,}", 1000 * median(times[name]), "ms",
            f"its two matrix products, {1000 * median(times['two products']):.2f} ms",
            ratio(times, name, "two products"), budget=at_most(1.5, "ratio"),
        )  # fmt: skip


def against_a_first_attempt(batch: Batch) -> Row:
    rows, all_kernels = len(batch[0]), kernels()
    what = f"contrastive, slide, batch {rows:,}"
    if not fits(rows):
        return Row(what, None, note="a naive broadcast does not fit into memory")
    names = ("contrastive, slide", "naive")
    times = in_turns({n: timed(run(all_kernels[n], batch)) for n in names}, 5, warm=1)
    compared = f"a naive broadcast [{rows}, {rows}, {DIMENSIONS}], {median(times['naive']):.2f} s"
    factor = ratio(times, "naive", names[0])
    return Row(what, 1000 * median(times[names[0]]), "ms", compared, factor, "times faster")


def against_the_other(batch: Batch, other: OtherLibrary | str) -> Iterator[Row]:
    rows, all_kernels = len(batch[0]), kernels()
    budget = at_least(4, "ratio") if rows == 1024 else None
    if not isinstance(other, str):
        other.load(batch)
    for name, called in THEIRS.items():
        what = f"{name}, batch {rows:,}"
        if isinstance(other, str):
            yield Row(what, None, compared_with=NAME, budget=budget, note=other)
            continue
        both = {"ours": timed(run(all_kernels[name], batch)), "theirs": other.seconds(called)}
        times = in_turns(both, ROUNDS[rows] // 2, rest=REST)
        yield Row(
            what, 1000 * median(times["ours"]), "ms",
            f"{NAME}, {1000 * median(times['theirs']):.1f} ms",
            ratio(times, "theirs", "ours"), "times faster", budget,
        )  # fmt: skip


def rows() -> Iterator[Row]:
    batches = [a_batch(rows) for rows in ROUNDS]
    for batch in batches:
        yield from against_the_limit(batch)
    yield against_a_first_attempt(batches[0])
    with other_library() as other:
        for batch in batches:
            yield from against_the_other(batch, other)


if __name__ == "__main__":
    tell(rows())
