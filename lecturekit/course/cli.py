"""The `lecturekit` command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lecturekit.course import checkout
from lecturekit.course.errors import CourseError
from lecturekit.course.run import CELL_TIMEOUT
from lecturekit.course.schemas import skip_addresses
from lecturekit.homework import cli as homework

if TYPE_CHECKING:
    from lecturekit.course.site.build import Built

INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="lecturekit", description=__doc__, allow_abbrev=False)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, allow_abbrev=False)

    lab = command("lab", "open JupyterLab on the first notebook, for this machine only")
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    lab.add_argument("--port", type=port, help="first port to try (8888)")

    def execution(command: argparse.ArgumentParser) -> None:
        command.add_argument("-p", "--parameter", action="append", default=[], metavar="KEY=VALUE")
        command.add_argument("--jobs", type=positive, help="notebooks at a time (as many as pays)")
        command.add_argument("--cell-timeout", type=positive, default=CELL_TIMEOUT, metavar="S")

    run = command("run", "execute notebooks whole, judge their claims, report time and memory")
    run.add_argument("names", nargs="*", metavar="NAME", help="like 06; all without a name")
    execution(run)
    run.add_argument("--out", type=Path, metavar="DIR", help="where results go (build)")
    run.add_argument("--over", action="append", default=[], metavar="KEY=A,B", help="a sweep")
    run.add_argument("--workers", type=positive, help="a sweep on a Dask cluster made here")
    run.add_argument("--executor", metavar="dask://HOST:PORT", help="a sweep on a Dask cluster")

    site = command("site", "write the lecture to build/site: pages and slides without a kernel")
    execution(site)
    site.add_argument("--out", type=Path, metavar="DIR", help="where the site goes (build)")
    site.add_argument("--rerun", action="store_true", help="execute what is fresh as well")

    homework.add(command("homework", "release, check and grade homework"), positive)
    command("check", "look for slips in the notebooks")
    command("clean", "remove outputs and other traces of runs from the notebooks")
    command("test", "run the tests; further options go to pytest")
    command("newest", "run the fast tests with the newest packages; options go to pytest instead")
    bench = command("bench", "measure how fast things are, and print one table")
    bench.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="like kernels; the quick ones without a name, or all",
    )
    bench.add_argument("--into-readme", action="store_true", help="put the results into the README")
    return top


def positive(text: str) -> int:
    """A whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {number}")
    return number


def port(text: str) -> int:
    """A port that a server can have; a taken one is fine, the next free one is used."""
    number = positive(text)
    if number > 65535:
        raise argparse.ArgumentTypeError(f"must be at most 65535, got {number}")
    return number


def run_command(root: Path, options: argparse.Namespace) -> int:
    """`lecturekit run`: the exit status is 0 only if every notebook ran whole."""
    from lecturekit.course.run import run

    chosen = checkout.select(checkout.notebooks(root), options.names)
    if options.over or options.workers or options.executor:
        return sweep_command(root, chosen, options)
    outcomes = run(
        chosen,
        options.out or root / "build",
        parameters=given_parameters(chosen, options),
        jobs=options.jobs,
        cell_timeout=options.cell_timeout,
    )
    return report(outcomes)


def sweep_command(root: Path, chosen: Sequence[Path], options: argparse.Namespace) -> int:
    """`lecturekit run --over …`: says where a claim's verdict depends on a parameter."""
    from lecturekit.claims import collect
    from lecturekit.course import share
    from lecturekit.course.spread import parse
    from lecturekit.course.sweep import sweep, variants, verdicts

    cores, free = share.machine()
    jobs = options.jobs or share.jobs_that_pay(cores, cores, free)
    spread = parse(options.executor, options.workers, jobs)
    one = max(1, cores // (options.workers or jobs))
    out = options.out or root / "build"
    outcomes = []
    for outcome in sweep(
        variants(
            chosen, options.over, options.parameter, cell_timeout=options.cell_timeout, cores=one
        ),
        out,
        spread,
    ):
        print(f"{outcome.notebook}: {outcome.result} after {outcome.seconds:.0f} s", flush=True)
        outcomes.append(outcome)
    outcomes.sort(key=lambda outcome: outcome.notebook)
    print(f"\n{verdicts({o.notebook: collect(Path(o.output)) for o in outcomes if o.ok})}")
    return tell(outcomes)


def given_parameters(
    chosen: Sequence[Path], options: argparse.Namespace
) -> dict[str, dict[str, object]]:
    """The values of -p for the notebooks that declare them."""
    from lecturekit.course import parameters
    from lecturekit.course.notebook import Unreadable, read

    declared = {}
    for path in chosen:
        try:
            declared[path.stem] = parameters.declared(read(path))
        except Unreadable:  # the run reports it beside the others
            declared[path.stem] = {}
    return parameters.assign(options.parameter, declared)


def report(outcomes: Sequence) -> int:
    """Print the ledger, the table and what went wrong; returns the exit status."""
    from lecturekit.claims import collect, ledger_text

    records = [record for o in outcomes if o.ok for record in collect(Path(o.output))]
    if records:
        print(f"\n{ledger_text(records)}")
    return tell(outcomes)


def tell(outcomes: Sequence) -> int:
    """Print the table and what went wrong; returns the exit status."""
    from lecturekit.course.outcome import table

    print(f"\n{table(outcomes)}", flush=True)
    for outcome in outcomes:
        if outcome.message:
            print(f"\n{outcome.notebook}: {outcome.message}", file=sys.stderr)
            for what, where in (("As far as it came", outcome.output), ("Log", outcome.log)):
                if where:
                    print(f"{what}: {where}", file=sys.stderr)
    if any(outcome.result == "stopped" for outcome in outcomes):
        return INTERRUPTED
    return 0 if all(outcome.ok for outcome in outcomes) else 1


def site_command(root: Path, options: argparse.Namespace) -> int:
    """`lecturekit site`: executes what is not fresh, then writes the site or leaves the old one."""
    from lecturekit.course.outcome import cannot_write
    from lecturekit.course.site.build import build
    from lecturekit.course.site.fresh import Results
    from lecturekit.course.writable import try_to_write

    notebooks = checkout.notebooks(root)
    out = options.out or root / "build"
    try:
        try_to_write(out)
    except OSError as error:
        raise CourseError(cannot_write(out, error)) from error
    results = Results(root, out / "site-runs")
    outcomes = results.refresh(
        notebooks,
        given_parameters(notebooks, options),
        rerun=options.rerun,
        jobs=options.jobs,
        cell_timeout=options.cell_timeout,
    )
    status = tell(outcomes) if outcomes else 0
    if status:
        print("\nThe site was not written; what was there is unchanged.", file=sys.stderr)
        return status
    report_site(build({path: results.executed(path) for path in notebooks}, out / "site"))
    return 0


def report_site(built: Built) -> None:
    """Print where the site is, how large, and what a person should know about it."""
    from lecturekit.course.site.build import in_words

    print(f"\n{built.index}: {in_words(built.total)}")
    for name, size in built.pages.items():
        print(f"{in_words(size):>8}  {name}")
    for note in built.notes:
        print(note)
    for warning in built.warnings:
        print(f"Too large: {warning}", file=sys.stderr)


def check_command(root: Path) -> int:
    """`lecturekit check`: one line per problem; 1 if there is one."""
    from lecturekit.course.lint import check

    paths = checkout.notebooks(root)
    problems = check(paths)
    print("\n".join(problems) or f"{len(paths)} notebooks, no problems")
    return 1 if problems else 0


def clean_command(root: Path) -> int:
    """`lecturekit clean`: names what it changed."""
    from lecturekit.course.clean import clean

    changed = clean(checkout.notebooks(root))
    print("\n".join(f"cleaned {path.name}" for path in changed) or "all clean already")
    return 0


def act(options: argparse.Namespace, extra: list[str]) -> int:
    """Do what was asked for."""
    from lecturekit.course import lab, newest, testing

    if options.command == "homework":
        return homework.act(options)
    root = checkout.find()
    match options.command:
        case "lab":
            return lab.lab(root, browser=not options.no_browser, port=options.port)
        case "run":
            return run_command(root, options)
        case "site":
            return site_command(root, options)
        case "check":
            return check_command(root)
        case "clean":
            return clean_command(root)
        case "test":
            return testing.test(root, extra)
        case "newest":
            return newest.newest(root, extra)
        case _:
            into = ["--into-readme"] * options.into_readme
            return testing.bench(root, [*options.names, *into])


def main(words: Sequence[str] | None = None) -> int:
    """Parse, act, and turn what went wrong into a message and an exit status."""
    skip_addresses()
    command = parser()
    options, extra = command.parse_known_args(words)
    if extra and options.command not in ("test", "newest"):
        command.error(f"{options.command} does not know {' '.join(extra)}")
    try:
        return act(options, extra)
    except CourseError as error:
        print(error, file=sys.stderr)
        return error.status
    except OSError as error:  # a full disk, a file that is not ours, …; nothing half-written stays
        elsewhere = ", or choose another folder with --out DIR" * hasattr(options, "out")
        print(
            f"Stopped: {error}.\nMake room or set the permissions, then repeat{elsewhere}.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
