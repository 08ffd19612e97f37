"""The charts: the cost added to one command, the processes during a burst, and growth with the number of commands."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from verification.benchmarks.burst import SECONDS, Burst
from verification.benchmarks.commands import ANNOUNCED, Cost, find
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


_BEFORE_AND_AFTER = {"incumbent": "before: arcade-mcp's own tracking", "ours": "after: this library"}
_SHOWN = {  # rows of the chart of costs
    "floor": ("floor", "linked"),
    "ours, linked": ("ours", "linked"),
    "ours, PostHog unreachable": ("ours", "PostHog unreachable"),
    "ours, moments after another command": ("ours", ANNOUNCED),
    "peer": ("peer", "anonymous"),
    "incumbent, linked": ("incumbent", "linked"),
    "incumbent, PostHog unreachable": ("incumbent", "PostHog unreachable"),
}


def plot_pictures(costs: list[Cost], crowds: Sequence[Crowd], bursts: Sequence[Burst], folder: Path) -> None:
    shown = {label: (key[0], find(costs, *key).wall) for label, key in _SHOWN.items()}
    plot_costs(shown, folder / "performance-command.svg")
    plot_burst(bursts, folder / "performance-burst.svg")
    plot_growth(crowds, folder / "performance-growth.svg")


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


def plot_burst(bursts: Sequence[Burst], path: Path) -> None:
    """Detached processes over time, and those of them that have imported the SDK."""
    figure, axes = _figure(9.0, 3.4)
    axes.axvspan(0.0, SECONDS, color="#8a8f98", alpha=0.12, linewidth=0, label="commands start")
    for burst in sorted(bursts, key=lambda burst: list(_BEFORE_AND_AFTER).index(burst.subject)):
        colour, label = _COLOURS[burst.subject], _BEFORE_AND_AFTER[burst.subject]
        times = [sample.at for sample in burst.samples]
        axes.step(
            times, [sample.detached for sample in burst.samples], where="post", color=colour, label=label
        )
        with_sdk = [sample.with_sdk for sample in burst.samples]
        axes.fill_between(
            times,
            with_sdk,
            step="post",
            color=colour,
            alpha=0.3,
            linewidth=0,
            label="of them with the SDK imported",
        )
        axes.plot(
            burst.last_arrived,
            0,
            marker="v",
            color=colour,
            linestyle="",
            clip_on=False,
            zorder=3,
            label=f"last event received, {burst.last_arrived:.1f} s",
        )
    axes.set(
        xlabel="seconds since the first command",
        ylabel="processes",
        title="Processes in the background during a burst",
    )
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.25)
    figure.legend(loc="outside right upper", frameon=False, fontsize=9)
    _save(figure, path)


def plot_growth(crowds: Sequence[Crowd], path: Path) -> None:
    """Seconds to the last arrival, and CPU per event, by the number of commands."""
    most = max(crowd.commands for crowd in crowds)
    figure, (wall, cpu) = _figure(9.0, 3.9, columns=2)
    for subject in dict.fromkeys(crowd.subject for crowd in crowds):
        theirs = sorted(
            (crowd for crowd in crowds if crowd.subject == subject), key=lambda crowd: crowd.commands
        )
        counts = [crowd.commands for crowd in theirs]
        label = subject if counts[-1] == most else f"{subject}, measured to {counts[-1]:,} commands"
        for axes, values in (
            (wall, [crowd.wall_seconds for crowd in theirs]),
            (cpu, [crowd.detached_cpu_ms for crowd in theirs]),
        ):
            axes.plot(counts, values, marker="o", color=_COLOURS[subject], label=label)
    for axes, title, unit in (
        (wall, "Until the last event arrives", "seconds (logarithmic)"),
        (cpu, "CPU of detached processes", "ms per event"),
    ):
        axes.set(xscale="log", xlabel="commands, from eight shells", ylabel=unit, title=title)
        axes.xaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:,g}"))
        axes.grid(alpha=0.25)
    wall.set_yscale("log")
    wall.yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:g}"))
    cpu.set_ylim(bottom=0)
    figure.legend(*wall.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    _save(figure, path)


def _figure(width: float, height: float, columns: int = 1) -> Any:
    mpl.use("svg")
    mpl.rcParams.update(_STYLE)
    from matplotlib import pyplot

    return pyplot.subplots(1, columns, figsize=(width, height), layout="constrained")


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
