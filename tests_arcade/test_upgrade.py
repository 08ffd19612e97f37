"""One home used by today's CLI and by the migrated one in turns: nobody is mixed up, and nothing is lost."""

from collections.abc import Callable

import pytest

from tests_arcade.users import User

MakeUser = Callable[[bool], User]
LOGIN = "login --host localhost --port CLOUD"

# A letter is the CLI that runs the command: T today's, M the migrated one. Then the command, and whose its
# event is at the end; None is no person.
STORIES: dict[str, list[tuple[str, str, str | None]]] = {
    "upgrade, downgrade and back, logged in": [
        ("T", "new one", "alice"),
        ("T", LOGIN, "alice"),
        ("M", "whoami", "alice"),
        ("T", "whoami", "alice"),
        ("M", "org list", "alice"),
        ("M", "logout", "alice"),
        ("T", "new two", None),
        ("M", "new three", None),
    ],
    "the history before a login is kept across both": [
        ("T", "new one", "alice"),
        ("M", "new two", "alice"),
        ("T", "new three", "alice"),
        ("M", LOGIN, "alice"),
        ("T", "whoami", "alice"),
        ("T", "logout", "alice"),
        ("M", "new four", None),
    ],
    "another person, after a logout by the other CLI": [
        ("M", "new one", "alice"),
        ("M", LOGIN, "alice"),
        ("T", "logout", "alice"),
        ("T", f"{LOGIN} bob", "bob"),
        ("M", "whoami", None),  # usage.json and the ledger are about different ids: in doubt, no person's
        ("M", "whoami", "bob"),
        ("M", "logout", "bob"),
        ("T", f"{LOGIN} alice", "alice"),
        ("M", "whoami", "alice"),
        ("T", "whoami", "alice"),
    ],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_home_of_both(make_user: MakeUser, story: list[tuple[str, str, str | None]]) -> None:
    """Each event is there once, and belongs to the person who was logged in, or to nobody."""
    user = make_user(False)
    (user.home / ".arcade").mkdir(parents=True)
    for number, (cli, line, _) in enumerate(story, start=1):
        user.is_migrated = cli == "M"
        command, _, who = line.partition("CLOUD ")
        user.cloud.account = who or "alice"
        assert user.run(f"{command}CLOUD" if who else line).exit_code == 0, line
        user.wait_for(number)
    assert [user.person_of(event) for event in user.events] == [whose for *_, whose in story]
