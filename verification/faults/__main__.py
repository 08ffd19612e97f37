"""Makes every fault and writes the table: python -m verification.faults [--only TEXT] [--quick] [--excuse NAME] [--report FILE].

Exits with 1 if anything was lost, duplicated or mixed up, or if an experiment could not be run and is not
excused by its name.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Sequence

from verification.faults import families  # noqa: F401 - importing them registers their experiments
from verification.faults.experiment import EXPERIMENTS, Experiment, NotRunError
from verification.faults.lab import open_lab
from verification.faults.report import Row, write_report


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m verification.faults", description=__doc__)
    parser.add_argument("--only", default="", help="experiments whose row has this text in it")
    parser.add_argument("--quick", action="store_true", help="as few rounds as the tests make")
    parser.add_argument("--excuse", action="append", default=[], help="an experiment that may stay not run")
    parser.add_argument("--report", help="the file to write the table to")
    asked = parser.parse_args(arguments)
    rows, failed = [], []
    for each in EXPERIMENTS:
        rounds = each.quick if asked.quick else each.rounds
        if rounds and asked.only in str(each):
            row = perform(each, rounds)
            rows.append(row)
            excused = each.name in asked.excuse and row.figures is None and row.trouble.startswith(NOT_RUN)
            if not is_clean(row) and not excused:
                failed.append(each.name)
            _say(row)
    if asked.report:
        with open(asked.report, "w", encoding="utf-8") as file:
            file.write(write_report(rows))
    sys.stdout.write(f"{len(rows) - len(failed)} passed, {len(failed)} failed\n")
    return 1 if failed or not rows else 0


NOT_RUN = "not run: "


def perform(each: Experiment, rounds: int) -> Row:
    begun = time.monotonic()
    figures, trouble, lab = None, "", None
    try:
        with open_lab() as lab:
            figures = each.run(lab, rounds)
    except NotRunError as reason:
        trouble = f"{NOT_RUN}{reason}"
    except Exception as error:  # noqa: BLE001 - the others are to be made all the same
        traceback.print_exc()
        trouble = f"failed: {type(error).__name__}: {error}".splitlines()[0]
    seconds = time.monotonic() - begun
    if lab is None:
        return Row(each, figures, trouble, seconds)
    return Row(each, figures, trouble, seconds, len(lab.processes) + lab.started_by_hosts, lab.orphans)


def is_clean(row: Row) -> bool:
    return row.figures is not None and row.figures.is_clean and not row.trouble


def _say(row: Row) -> None:
    said = "; ".join(filter(None, (row.figures.remark if row.figures else "", row.trouble)))
    counts = ""
    if row.figures is not None:
        counts = (
            f" {row.figures.tried} times, {row.figures.events} events, {row.figures.lost} lost,"
            f" {row.figures.duplicated} duplicated, {row.figures.mixed_up} mixed up,"
            f" held up {row.figures.median_wait_ms or 0:.1f}/{row.figures.longest_wait_ms or 0:.1f} ms"
        )
    verdict = "ok" if is_clean(row) else "FAILED"
    sys.stdout.write(f"{verdict} {row.experiment}:{counts} {said} ({row.seconds:.0f} s)\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
