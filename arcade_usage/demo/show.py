"""Prints the demo: each step and its requests, then each person with their events.

The output is ASCII, readable in 80 columns and at most 100 wide. Rich omits colours and lines if the terminal
can't show them.
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
from arcade_usage.demo.world import FolderState

WIDTH_LIMIT = 100  # columns; longer lines are hard to read
SHORT = 8  # characters of an id that are shown

_PALETTE = ("cyan", "magenta", "yellow", "bright_blue", "dark_orange")
_COLOURS = dict(zip((person.name for person in PEOPLE), _PALETTE, strict=True))
_KIND_STYLES = {Kind.SUCCEEDED: "green", Kind.FAILED: "red", Kind.STITCHED: "bold green"}
_COLUMNS = (("usage.json", 15), ("received", 12), ("", 12), ("sent as", SHORT), ("person", 19))
_MARGIN = 4


def show_opening(console: Console, url: str) -> None:
    _print(
        console,
        Text("arcade-usage demo", style="bold"),
        Text(
            "The real tracker and its real delivery processes, in a temporary folder. PostHog and Arcade "
            f"Cloud are simulated at {url}: nothing leaves this machine. A look-up asks Arcade Cloud "
            "for the owner of the credentials; all other requests go to PostHog. Ids are shortened; an id "
            "that names no person is random."
        ),
    )


def show_chapter(console: Console, chapter: Chapter) -> None:
    heads = _make_grid()
    heads.add_row(*(Text(name, style="dim") for name, _ in _COLUMNS))
    _print(console, "", Rule(Text(chapter.title, style="bold"), style="dim"), _indented(heads))


def show_step(
    console: Console, number: int, step: Step, folder: FolderState, entries: Sequence[Entry]
) -> None:
    title = Text.assemble((f"{number:>2}  ", "dim"), (step.title, "bold"))
    for name, colour in _COLOURS.items():
        title.highlight_words([name], colour)
    grid = _make_grid()
    state = _state(folder)
    for row in range(max(len(state), len(entries))):
        cells = _cells(entries[row]) if row < len(entries) else []
        grid.add_row(state[row] if row < len(state) else "", *cells)
    messages = [
        _indented(Text.assemble(("sent as its error_message: ", "dim"), (entry.message, "italic")))
        for entry in entries
        if entry.message
    ]
    _print(console, "", title, _indented(Text(step.prose)), _indented(grid), *messages)


def show_endings(console: Console, endings: Sequence[Ending]) -> None:
    """Show each person with their events, then the events without a person."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("person", "step", "event", "sent as", "run by", ""):
        table.add_column(name, justify="right" if name == "step" else "left", overflow="fold")
    order = sorted(endings, key=lambda ending: (not ending.names, ending.names, ending.act.serial))
    for names, group in groupby(order, key=lambda ending: ending.names):
        for index, ending in enumerate(group):
            table.add_row(_names(names, "none") if index == 0 else "", *_ending_cells(ending))
        table.add_row()
    _print(console, "", Rule(Text("Final attribution", style="bold"), style="dim"), table)


def show_verdict(console: Console, endings: Sequence[Ending]) -> None:
    faults = [ending for ending in endings if ending.fault is not None]
    if not faults:
        people = {name for ending in endings for name in ending.names}
        without_person = sum(not ending.names for ending in endings)
        line = f"{len(endings)} events, {len(people)} people, none attributed to the wrong person."
        rest = f" {without_person} without a person: the account is unknown." if without_person else ""
        _print(console, Text.assemble((line, "bold green"), rest))
    else:
        _print(console, Text(f"{len(faults)} of {len(endings)} events are wrong:", style="bold red"))
    for ending in faults:
        event = f"  step {ending.act.step}: {ending.act.command.name}, run by {ending.act.command.who.name}: "
        _print(console, Text(f"{event}{ending.fault.value if ending.fault else ''}", style="red"))


def show_next_store(console: Console) -> None:
    """Introduce a verdict that differs from the one above."""
    _print(console, "", Text("In PostHog's next person store:", style="bold"))


def show_closing(console: Console, seconds: float, left_behind: str | None) -> None:
    removed = f"Could not be removed: {left_behind}" if left_behind else "The temporary folder is removed."
    _print(console, Text(f"{seconds:.0f} s. {removed}", style="yellow" if left_behind else "dim"))


def _state(folder: FolderState) -> list[Text]:
    """The identity in usage.json, and the number of events waiting."""
    linked = next((person.name for person in PEOPLE if person.principal_id == folder.principal_id), None)
    lines = [
        Text.assemble("linked: ", (linked, _COLOURS[linked])) if linked else Text("anonymous"),
        Text(folder.anon_id[:SHORT], style="dim"),
    ]
    if folder.waiting:
        lines.append(Text(f"waiting: {folder.waiting}", style="yellow"))
    return lines


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


def _names(names: Sequence[str], default: str) -> Text:
    if not names:
        return Text(default, style="dim")
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
