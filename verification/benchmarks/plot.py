"""The charts: distribution of the cost added to one command, and growth with the number of commands."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from verification.benchmarks.crowd import Crowd
from verification.benchmarks.measurements import Measurements

_COLOURS = {"floor": "#8a8f98", "ours": "#1b7f5c", "incumbent": "#c8553d", "peer": "#d39c2f"}
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "arcade-usage",
    "font.size": 11,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
}


def plot_costs(costs: Mapping[str, tuple[str, Measurements]], path: Path) -> None:
    """Each subject's measurements as points, its median as a line. `costs`: by label, the subject and ms."""
    figure, axes = _figure(9.0, 0.62 * len(costs) + 1.4)
    for place, (subject, sample) in enumerate(list(costs.values())[::-1]):
        spread = [place + 0.24 * ((n * 0.618) % 1.0 - 0.5) for n in range(len(sample.values))]
        axes.scatter(sample.values, spread, s=20, alpha=0.55, linewidth=0, color=_COLOURS[subject])
        axes.plot([sample.median] * 2, [place - 0.3, place + 0.3], color=_COLOURS[subject], linewidth=2.5)
        axes.annotate(
            f"{sample.median:,.1f} ms", (sample.median, place + 0.32), ha="center", va="bottom", fontsize=9
        )
    axes.set_yticks(range(len(costs)), list(costs)[::-1])
    axes.set_ylim(-0.6, len(costs) - 0.2)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:g}"))
    axes.set_xlabel("ms added to one command (logarithmic); a point is a command, a line the median")
    axes.set_title("Time that tracking adds to one command")
    axes.grid(axis="x", alpha=0.25)
    axes.tick_params(left=False)
    _save(figure, path)


def plot_growth(crowds: Sequence[Crowd], path: Path) -> None:
    """Seconds to the last arrival, and CPU per event, by the number of commands."""
    figure, (wall, cpu) = _figure(9.0, 3.6, columns=2)
    for subject in dict.fromkeys(crowd.subject for crowd in crowds):
        theirs = sorted(
            (crowd for crowd in crowds if crowd.subject == subject), key=lambda crowd: crowd.commands
        )
        counts = [crowd.commands for crowd in theirs]
        for axes, values in (
            (wall, [crowd.wall_seconds for crowd in theirs]),
            (cpu, [crowd.detached_cpu_ms for crowd in theirs]),
        ):
            axes.plot(counts, values, marker="o", color=_COLOURS[subject], label=subject)
    for axes, title, unit in (
        (wall, "Until the last event arrives", "seconds (logarithmic)"),
        (cpu, "CPU of detached processes", "ms per event"),
    ):
        axes.set(xscale="log", xlabel="commands, from eight shells", ylabel=unit, title=title)
        axes.xaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:g}"))
        axes.grid(alpha=0.25)
    wall.set_yscale("log")
    wall.yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:g}"))
    cpu.set_ylim(bottom=0)
    wall.legend(frameon=False)
    _save(figure, path)


def _figure(width: float, height: float, columns: int = 1) -> Any:
    mpl.use("svg")
    mpl.rcParams.update(_STYLE)
    from matplotlib import pyplot

    return pyplot.subplots(1, columns, figsize=(width, height), layout="constrained")


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
