"""The demo as a reader sees it: each step's deed and what came of it, then each person with their events.

Reads well in 80 columns, uses no more than 100, and no sign that is not ASCII; colour and lines are
rich's, which leaves both out where they can't be shown.
"""

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from arcade_usage.demo.journal import Entry, Kind, command_name
from arcade_usage.demo.oracle import Ending
from arcade_usage.demo.people import PEOPLE
from arcade_usage.demo.story import Chapter, Step
from arcade_usage.demo.world import Sight

WIDTH_LIMIT = 100  # columns; longer lines are hard to read
SHORT = 8  # characters of an id that are shown

_PALETTE = ("cyan", "magenta", "yellow", "bright_blue", "dark_orange")
_COLOURS = dict(zip((person.name for person in PEOPLE), _PALETTE, strict=True))
_KIND_STYLES = {Kind.SUCCEEDED: "green", Kind.FAILED: "red", Kind.STITCHED: "bold green"}
_COLUMNS = (("usage.json", 15), ("what arrived", 12), ("", 12), ("sent as", SHORT), ("person", 19))
_MARGIN = 4


def show_opening(console: Console, url: str) -> None:
    _print(
        console,
        Text("arcade-usage demo", style="bold"),
        Text(
            "The real tracker and its real detached processes, in a temporary folder. PostHog and Arcade "
            f"Cloud are played at {url}: nothing leaves this machine. A look-up asks Arcade Cloud "
            "whom the credentials name; all else is sent to PostHog. Ids are cut short; one that names "
            "nobody is random."
        ),
    )


def show_chapter(console: Console, chapter: Chapter) -> None:
    heads = _make_grid()
    heads.add_row(*(Text(name, style="dim") for name, _ in _COLUMNS))
    _print(console, "", Rule(Text(chapter.title, style="bold"), style="dim"), _indented(heads))


def show_step(console: Console, number: int, step: Step, sight: Sight, entries: Sequence[Entry]) -> None:
    title = Text.assemble((f"{number:>2}  ", "dim"), (step.title, "bold"))
    for name, colour in _COLOURS.items():
        title.highlight_words([name], colour)
    grid = _make_grid()
    says = _state(sight)
    for place in range(max(len(says), len(entries))):
        cells = _cells(entries[place]) if place < len(entries) else []
        grid.add_row(says[place] if place < len(says) else "", *cells)
    messages = [
        _indented(Text.assemble(("sent as its error_message: ", "dim"), (entry.message, "italic")))
        for entry in entries
        if entry.message
    ]
    _print(console, "", title, _indented(Text(step.prose)), _indented(grid), *messages)


def show_endings(console: Console, endings: Sequence[Ending]) -> None:
    """Each person with their events, the ones of nobody last."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("person", "step", "event", "sent as", "run by", ""):
        table.add_column(name, justify="right" if name == "step" else "left", overflow="fold")
    order = sorted(endings, key=lambda ending: (not ending.names, ending.names, ending.act.serial))
    for names, group in groupby(order, key=lambda ending: ending.names):
        for place, ending in enumerate(group):
            table.add_row(_names(names, "nobody") if place == 0 else "", *_ending_cells(ending))
        table.add_row()
    _print(console, "", Rule(Text("Whose events they are now", style="bold"), style="dim"), table)


def show_verdict(console: Console, endings: Sequence[Ending]) -> None:
    faults = [ending for ending in endings if ending.fault is not None]
    if not faults:
        people = {name for ending in endings for name in ending.names}
        nobodys = sum(not ending.names for ending in endings)
        line = f"{len(endings)} events, {len(people)} people, nobody mixed up."
        kept_apart = f" {nobodys} kept apart: whose, could not be told." if nobodys else ""
        _print(console, Text.assemble((line, "bold green"), kept_apart))
    else:
        _print(console, Text(f"{len(faults)} of {len(endings)} events went wrong:", style="bold red"))
    for ending in faults:
        told = f"  step {ending.act.step}: {ending.act.command.name}, run by {ending.act.command.who.name}, "
        _print(console, Text(f"{told}{ending.fault.value if ending.fault else ''}", style="red"))


def show_closing(console: Console, seconds: float, left_behind: str | None) -> None:
    removed = f"Could not be removed: {left_behind}" if left_behind else "What was made for it is removed."
    _print(console, Text(f"{seconds:.0f} s. {removed}", style="yellow" if left_behind else "dim"))


def _state(sight: Sight) -> list[Text]:
    """What usage.json says, and how much waits in the outbox."""
    linked = next((person.name for person in PEOPLE if person.principal_id == sight.principal_id), None)
    says = [
        Text.assemble("linked: ", (linked, _COLOURS[linked])) if linked else Text("anonymous"),
        Text(sight.anon_id[:SHORT], style="dim"),
    ]
    if sight.waiting:
        says.append(Text(f"outbox: {sight.waiting}", style="yellow"))
    return says


def _cells(entry: Entry) -> list[Text]:
    who = _names(entry.who, "")
    if entry.remark:
        who = Text.assemble(who, ", " if entry.who else "", (entry.remark, "dim"))
    return [
        Text(entry.kind.value, style=_KIND_STYLES.get(entry.kind, "dim")),
        Text(entry.what[:SHORT] if entry.kind is Kind.ALIAS else entry.what),
        Text(entry.distinct_id[:SHORT], style="dim"),
        who,
    ]


def _ending_cells(ending: Ending) -> list[Text]:
    event = ending.event
    name = ending.act.command.name if event is None else command_name(event)
    sent_as = "" if event is None else event.distinct_id[:SHORT]
    style = "" if ending.fault is None else "bold red"
    return [
        Text(str(ending.act.step), style="dim"),
        Text(name, style=style),
        Text(sent_as, style="dim"),
        _names((ending.act.command.who.name,), ""),
        Text(ending.fault.value if ending.fault else "", style=style),
    ]


def _names(names: Sequence[str], nobody: str) -> Text:
    if not names:
        return Text(nobody, style="dim")
    return Text(" + ").join(Text(name, style=f"bold {_COLOURS[name]}") for name in names)


def _make_grid() -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _, width in _COLUMNS:
        grid.add_column(width=width, overflow="fold")
    return grid


def _indented(content: RenderableType) -> Padding:
    return Padding(content, (0, 0, 0, _MARGIN))


def _print(console: Console, *content: RenderableType) -> None:
    width = min(console.width, WIDTH_LIMIT)
    if console.is_terminal:
        console.print(Group(*content), width=width, highlight=False, markup=False)
        return
    with console.capture() as capture:
        console.print(Group(*content), width=width, highlight=False, markup=False)
    for line in capture.get().splitlines():
        console.out(line.rstrip(), highlight=False)
