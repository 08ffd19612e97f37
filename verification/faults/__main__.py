"""Runs the fault experiments: python -m verification.faults [--only TEXT] [--quick] [--excuse NAME] [--report FILE].

Exit code 1: an event was lost, duplicated or misattributed, an experiment failed, or one could not run and
is not excused by name.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Sequence

from verification.faults import families  # noqa: F401 - importing them registers their experiments
from verification.faults.experiment import EXPERIMENTS, Experiment, NotRunError
from verification.faults.report import Row, write_report
from verification.faults.testbed import open_testbed


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m verification.faults", description=__doc__)
    parser.add_argument(
        "--only", default="", help="run the experiments whose group and name contain this text"
    )
    parser.add_argument("--quick", action="store_true", help="run as few rounds as the tests do")
    parser.add_argument(
        "--excuse",
        action="append",
        default=[],
        help="the name of an experiment that may be unable to run on this machine",
    )
    parser.add_argument("--report", help="the file to write the page to")
    options = parser.parse_args(arguments)
    rows, failed = [], []
    for each in EXPERIMENTS:
        rounds = each.quick if options.quick else each.rounds
        if rounds and options.only in str(each):
            row = run_experiment(each, rounds)
            rows.append(row)
            excused = each.name in options.excuse and row.figures is None and row.trouble.startswith(NOT_RUN)
            if not is_clean(row) and not excused:
                failed.append(each.name)
            _print_result(row)
    if options.report:
        with open(options.report, "w", encoding="utf-8") as file:
            file.write(write_report(rows))
    sys.stdout.write(f"{len(rows) - len(failed)} passed, {len(failed)} failed\n")
    return 1 if failed or not rows else 0


NOT_RUN = "not run: "


def run_experiment(each: Experiment, rounds: int) -> Row:
    started = time.monotonic()
    figures, trouble, testbed = None, "", None
    try:
        with open_testbed() as testbed:
            figures = each.run(testbed, rounds)
    except NotRunError as reason:
        trouble = f"{NOT_RUN}{reason}"
    except Exception as error:  # noqa: BLE001 - the other experiments still run
        traceback.print_exc()
        trouble = f"failed: {type(error).__name__}: {error}".splitlines()[0]
    seconds = time.monotonic() - started
    if testbed is None:
        return Row(each, figures, trouble, seconds)
    return Row(
        each, figures, trouble, seconds, len(testbed.processes) + testbed.started_by_tools, testbed.orphans
    )


def is_clean(row: Row) -> bool:
    return row.figures is not None and row.figures.is_clean and not row.trouble


def _print_result(row: Row) -> None:
    remarks = "; ".join(filter(None, (row.figures.remark if row.figures else "", row.trouble)))
    counts = ""
    if row.figures is not None:
        counts = (
            f" {row.figures.tried} times, {row.figures.events} events, {row.figures.lost} lost,"
            f" {row.figures.duplicated} duplicated, {row.figures.misattributed} misattributed,"
            f" delay {row.figures.median_wait_ms or 0:.1f}/{row.figures.longest_wait_ms or 0:.1f} ms"
        )
    verdict = "ok" if is_clean(row) else "FAILED"
    sys.stdout.write(f"{verdict} {row.experiment}:{counts} {remarks} ({row.seconds:.0f} s)\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
