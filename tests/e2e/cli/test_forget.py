"""`forget`: erases what is kept here, and names the ids for PostHog."""

import json

from arcade_usage.demo.receiver import DOWN
from tests.e2e.cli.running import Shell, tree
from tests.e2e.deliveries import here
from tests.e2e.world import World


@here
def test_forget_erases_everything_and_names_the_ids(shell: Shell, world: World) -> None:
    """No file except the tool's names an id any more; each id that PostHog may hold is printed."""
    world.run("first")
    anon_id = world.anon_id
    world.log_in("principal-1")
    world.settle()
    (world.folder / "usage" / "malformed").mkdir()
    (world.folder / "usage" / "malformed" / "usage.json").write_text(anon_id, encoding="utf-8")
    (world.folder / "usage" / ".tmp-1-0123456789abcdef").write_text(anon_id, encoding="utf-8")
    (world.folder / ".tmp-of-the-host").write_text("kept", encoding="utf-8")
    world.receiver.posthog = DOWN
    world.run("waits")
    credentials = world.credentials.read_bytes()
    answered = shell("forget", "--yes", "--json", "--config-dir", world.folder).content
    assert (answered["principal_ids"], answered["anonymous_ids"]) == (["principal-1"], [anon_id])
    assert (answered["ids_with_person"], answered["ids_without_person"]) == (["principal-1", anon_id], [])
    assert answered["erased"] == {"events_waiting": 1, "copies": 3}
    assert not (world.folder / "usage.json").exists()
    for path, content in tree(world.folder).items():
        assert anon_id.encode() not in content, path
        assert b"principal-1" not in content or path == str(world.credentials), path
    assert world.credentials.read_bytes() == credentials
    assert (world.folder / ".tmp-of-the-host").exists()
    assert "none yet" in shell("status", "--config-dir", world.folder).out


@here
def test_forget_words_an_erasure_request(shell: Shell, world: World) -> None:
    """What the operator of PostHog deletes by person, what by distinct id, and what a later login needs."""
    world.run("first")
    linked = world.anon_id
    world.log_in("principal-1")
    world.settle()
    world.log_out()
    world.settle()
    world.run("afterwards")
    unlinked = world.anon_id
    ran = shell("forget", "--yes", "--config-dir", world.folder)
    assert f"They were those of every tool that uses {world.folder}: arcade-usage." in ran.out
    request = ran.out[ran.out.index("Please erase") :].splitlines()
    assert request == [
        "Please erase the following data from your PostHog project.",
        "- Delete the persons of these distinct ids, with their events. If an id has",
        "  no person, delete the events of this distinct id:",
        "    principal-1",
        f"    {linked}",
        "- Delete the events of these distinct ids. They have no person, so the",
        "  deletion of a person does not find them:",
        f"    {unlinked}",
        "- If I log in again, events arrive under my account's id again. PostHog gives",
        '  them no person until you use "Reset deleted person" for this distinct id:',
        "    principal-1",
    ]


@here
def test_forget_leaves_what_others_keep_in_usage_json(shell: Shell, world: World) -> None:
    """Unknown keys stay; the next command makes a new id beside them."""
    world.run("first")
    anon_id = world.anon_id
    path = world.folder / "usage.json"
    path.write_text(json.dumps({**world.usage, "of_others": [1]}), encoding="utf-8")
    shell("forget", "--yes", "--config-dir", world.folder)
    assert json.loads(path.read_text(encoding="utf-8")) == {"of_others": [1]}
    status = shell("status", "--config-dir", world.folder, "--json").content
    assert (status["identity"]["state"], status["troubles"]) == ("none", {})
    world.run("afterwards")
    assert world.usage["of_others"] == [1]
    assert world.anon_id != anon_id


@here
def test_forget_asks_first_and_refuses_where_nobody_answers(shell: Shell, world: World) -> None:
    """In a pipe, without --yes, nothing is erased."""
    world.run("first")
    before = tree(world.folder)
    ran = shell("forget", "--config-dir", world.folder)
    assert (ran.code, tree(world.folder)) == (2, before)
    assert "--yes" in ran.err


@here
def test_forget_where_there_is_nothing_makes_nothing(shell: Shell, world: World) -> None:
    """Not even the folder."""
    ran = shell("forget", "--yes", "--config-dir", world.folder)
    assert (ran.code, world.folder.exists()) == (0, False)
    assert "No ids were stored here" in ran.out
