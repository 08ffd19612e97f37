"""Foreign entries at our names, met by tools and delivery processes as they really are; a few of all combinations."""

from pathlib import Path

import pytest

from tests.e2e.deliveries import delivering_here
from tests.e2e.foreign_entries import KEY, KINDS, RECORD, Spot, make_outside
from tests.e2e.world import World

SAMPLE = (
    (f"usage/outbox/{KEY}", "a link to what was ours"),
    (f"usage/outbox/{KEY}/sent.jsonl", "a link to their file"),
    (f"usage/outbox/{KEY}/sender.lock", "a pipe with a writer"),
    ("usage/ledger.json", "a pipe"),
)


@pytest.mark.parametrize(("name", "kind"), SAMPLE)
def test_what_we_did_not_make_stays(world: World, tmp_path: Path, name: str, kind: str) -> None:
    """A login, a command and a logout leave it, and everything outside, as it was."""
    with delivering_here(world):
        world.log_in("alice")
        world.run("first")
    outbox = next(world.folder.glob("usage/outbox/*"))
    make_outside(tmp_path / "outside", RECORD)
    place = Spot(world.folder / name.replace(KEY, outbox.name), tmp_path / "outside", tmp_path / "original")
    KINDS[kind].plant(place)
    before = place.look()
    world.log_in("bob", name="as bob")
    world.run("second")
    world.log_out()
    world.settle()
    assert place.look() == before
    assert place.writer is None or place.writer.was_left_alone()
