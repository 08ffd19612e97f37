"""Whose a folder is: copies on one machine, logouts of nobody, and what happens before anything was reported."""

import shutil

from tests.e2e.deliveries import here
from tests.e2e.world import World

ALICE, BOB = "principal-alice", "principal-bob"


@here
def test_a_home_that_is_copied_on_one_machine_is_another_installation(world: World) -> None:
    """Two people log in, each in one copy (cp -a): they stay two, and what was before is whose home it was."""
    world.run("before")
    first, original = world.anon_id, world.folder
    world.folder = original.with_name("copy")
    shutil.copytree(original, world.folder)
    world.log_in(BOB, name="login of bob")
    world.settle()
    assert world.anon_id != first
    world.run("bob's")
    world.folder = original
    world.log_in(ALICE, name="login of alice")
    world.settle()
    assert world.anon_id == first
    assert world.whose == {
        "before": ALICE,
        "login of alice": ALICE,
        "login of bob": BOB,
        "bob's": BOB,
    }


@here
def test_a_logout_of_nobody_costs_no_history(world: World) -> None:
    """A command, a logout without ever having logged in, and a command are one person's, and hers who logs in."""
    world.run("before")
    first = world.anon_id
    world.log_out()
    world.settle()
    assert world.anon_id == first
    world.run("after")
    world.log_in(ALICE)
    world.settle()
    world.run("logged in")
    owners = world.whose
    assert {name: owners[name] for name in ("before", "after", "login", "logged in")} == dict.fromkeys(
        ("before", "after", "login", "logged in"), ALICE
    )
    world.log_out("logout of alice")
    assert world.anon_id != first


@here
def test_a_first_command_that_outlasts_somebody_else_s_time_is_nobody_s(world: World) -> None:
    """Alice logged in and out while it ran: the id that is there by then may become bob's, and does."""
    tracker = world.tracker()
    with tracker.command("outlasts"):
        world.log_in(ALICE)
        world.settle()
        world.log_out()
        world.settle()
    world.settle()
    rotated = world.anon_id
    world.log_in(BOB, name="login of bob")
    world.settle()
    world.run("bob's")
    owners = world.whose
    assert (owners["login"], owners["bob's"]) == (ALICE, BOB)
    assert owners["outlasts"] not in {ALICE, BOB, rotated}


@here
def test_a_first_command_that_outlasts_a_login_is_hers(world: World) -> None:
    """The folder's first identity is still there: what was done before the login is whose login it was."""
    tracker = world.tracker()
    with tracker.command("outlasts"):
        world.log_in(ALICE)
        world.settle()
    world.settle()
    assert set(world.whose.values()) == {ALICE}


@here
def test_an_older_cli_s_file_gets_its_folder_before_it_is_told_apart(world: World) -> None:
    """usage.json alone, without a folder of ours: its events are of this installation from the first on."""
    world.folder.mkdir()
    anon_id = "aaaaaaaa-0000-4000-8000-00000000000a"
    (world.folder / "usage.json").write_text(
        f'{{"anon_id": "{anon_id}", "linked_principal_id": null}}', encoding="utf-8"
    )
    world.run("first")
    world.run("second")
    assert world.whose == {"first": anon_id, "second": anon_id}
    assert world.anon_id == anon_id
