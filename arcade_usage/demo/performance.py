"""Runs the demo: plays the story in a temporary world, shows each step, and checks the attribution."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from arcade_usage.demo import show
from arcade_usage.demo.environment import ending_tidily
from arcade_usage.demo.journal import Scene, write_journal
from arcade_usage.demo.oracle import Ending, judge_endings
from arcade_usage.demo.story import STORY, Act, Step
from arcade_usage.demo.world import World, open_world


def perform(console: Console) -> bool:
    """Play the story; returns whether every event is attributed correctly.

    Blocks: about 10 s. Raises UntrackedError.
    """
    start = time.monotonic()
    with ending_tidily(), open_world() as world:
        show.show_opening(console, world.receiver.url)
        acts = _play(console, world)
        endings = judge_endings(acts, world.persons)
        next_endings = judge_endings(acts, world.next_persons)
        show.show_endings(console, endings)
        show.show_verdict(console, endings)
        if not passed(next_endings):
            show.show_next_store(console)
            show.show_verdict(console, next_endings)
    left_behind = world.home if os.path.exists(world.home) else None
    show.show_closing(console, time.monotonic() - start, left_behind)
    return passed(endings) and passed(next_endings)


def passed(endings: list[Ending]) -> bool:
    """Whether no ending has a fault."""
    return all(ending.fault is None for ending in endings)


def _play(console: Console, world: World) -> list[Act]:
    acts: list[Act] = []
    number = 0
    for chapter in STORY:
        show.show_chapter(console, chapter)
        for step in chapter.steps:
            number += 1
            acts += _play_step(console, world, number, step, len(acts))
    return acts


def _play_step(console: Console, world: World, number: int, step: Step, serial: int) -> list[Act]:
    acts = [Act(serial + index, number, command) for index, command in enumerate(step.commands)]
    before, heard = world.persons, len(world.requests)
    world.change(step)
    with _waiting(console, step):
        for act in acts:
            world.run(act)
    folder = world.read_folder()
    scene = Scene(before, world.persons, world.receiver.posthog, folder)
    entries = write_journal(world.requests[heard:], scene, world.receiver.principals)
    show.show_step(console, number, step, folder, entries)
    return acts


@contextmanager
def _waiting(console: Console, step: Step) -> Iterator[None]:
    """Show a spinner on a terminal while the delivery process runs."""
    if not console.is_terminal:
        yield
        return
    with console.status(step.title, spinner="line"):
        yield
