"""One home's story: who each command ended up with, and what usage.json says.

The processes are real where a login or logout waits for them; elsewhere the delivery runs in this process.

Ownership follows PostHog's own rules of merging, as the receiver models them.
"""

import json
from contextlib import nullcontext

import pytest

from arcade_usage.demo.receiver import DOWN, HANGING, LOSING_REPLIES, WELL, Behaviour
from tests.e2e.deliveries import delivering_here, here, run_here
from tests.e2e.world import World, until

ALICE, BOB = "principal-alice", "principal-bob"


@here
def test_before_anybody_logs_in(world: World) -> None:
    """The first command makes an anonymous identity, and the next one uses it; no profile is made."""
    world.run("first")
    first = world.usage
    world.run("second")
    assert world.usage == first == {"anon_id": world.anon_id, "linked_principal_id": None}
    assert world.whose == dict.fromkeys(("first", "second"), world.anon_id)
    assert world.persons.person_of_id == {}
    assert world.receiver.look_ups() == []


@pytest.mark.parametrize("kind", ["key", "oauth", "context"])
def test_a_login_takes_the_past_along(world: World, kind: str) -> None:
    """All three shapes of credentials.yaml: one look-up, one alias, and every command is hers."""
    with nullcontext() if kind == "key" else delivering_here(world):
        world.run("before")
        anon_id = world.anon_id
        world.log_in(ALICE, kind)
        world.settle()
        assert world.usage == {"anon_id": anon_id, "linked_principal_id": ALICE}
        world.run("after")
    assert world.whose == dict.fromkeys(("before", "login", "after"), ALICE)
    assert world.aliases() == {(anon_id, ALICE)}
    (look_up,) = world.receiver.look_ups()
    assert look_up.path == ("/api/v1/auth/validate" if kind == "key" else "/api/v1/auth/whoami")


@here
def test_a_login_behind_our_back_is_noticed(world: World) -> None:
    """Credentials that another tool stored, or an older release, link lazily at the next command."""
    world.run("before")
    world.store_credentials(ALICE)
    world.run("after")
    assert world.linked_to() == ALICE
    assert world.whose == {"before": ALICE, "after": ALICE}


@here
def test_a_first_command_with_credentials_links(world: World) -> None:
    """An upgrade of a tool that never tracked: the very first command is already hers."""
    world.store_credentials(ALICE)
    world.run("first")
    assert (world.linked_to(), world.whose) == (ALICE, {"first": ALICE})


@here
def test_credentials_that_are_refused_name_nobody(world: World) -> None:
    """A key that was revoked (401) links nothing; the command stays anonymous."""
    world.store_credentials(ALICE)
    world.receiver.principals.clear()
    world.run("first")
    assert (world.linked_to(), world.whose) == (None, {"first": world.anon_id})


@here
def test_an_account_switched_by_editing_credentials(world: World) -> None:
    """Row "credentials switched from A to B while linked": what comes after is B's, what was before stays A's."""
    world.run("of A, before")
    world.log_in(ALICE)
    world.settle()
    world.run("of A")
    world.store_credentials(BOB)
    world.run("of B")
    assert world.linked_to() == BOB
    assert world.whose == {"of A, before": ALICE, "login": ALICE, "of A": ALICE, "of B": BOB}


@here
def test_an_account_switched_within_a_command_that_has_others_within(world: World) -> None:
    """As a shell of a tool: it is the person's who began it, whatever its commands reported meanwhile."""
    world.log_in(ALICE)
    world.settle()
    tracker = world.tracker()
    with tracker.command("shell"):
        with tracker.command("first"):
            pass
        world.settle()
        world.store_credentials(BOB)
        with tracker.command("second"):
            pass
        world.settle()
    world.settle()
    assert (world.whose["first"], world.whose["second"]) == (ALICE, BOB)
    assert world.whose["shell"] != BOB
    world.check_invariants()


@here
def test_a_login_as_somebody_else_while_linked(world: World) -> None:
    """Row "B's own login, are put down to A": B's login is B's, under an id that A never used."""
    world.log_in(ALICE)
    world.settle()
    first = world.anon_id
    world.log_in(BOB, name="login as B")
    world.settle()
    assert world.linked_to() == BOB
    assert world.anon_id != first
    world.run("of B")
    assert world.whose == {"login": ALICE, "login as B": BOB, "of B": BOB}


@here
def test_a_token_is_refreshed(world: World) -> None:
    """New credentials of the same account: asked about once more, the same id, no second alias."""
    world.log_in(ALICE)
    world.settle()
    linked = world.usage
    world.store_credentials(ALICE, version=2)
    world.run("after")
    world.run("again")
    assert world.usage == linked
    assert world.whose == dict.fromkeys(("login", "after", "again"), ALICE)
    assert len(world.receiver.look_ups()) == 2


@here
def test_credentials_are_deleted_behind_our_back(world: World) -> None:
    """Who deleted the file has logged out: a fresh id, and nothing of what follows is hers."""
    world.log_in(ALICE)
    world.settle()
    first = world.anon_id
    world.credentials.unlink()
    world.run("after")
    assert world.linked_to() is None
    assert world.anon_id != first
    assert world.whose == {"login": ALICE, "after": world.anon_id}


def test_a_logout_and_the_next_person(world: World) -> None:
    """The logout is hers, what follows is anonymous, and the next person who logs in gets that and no more."""
    with delivering_here(world):
        world.log_in(ALICE)
        world.run("of A")
    first = world.anon_id
    world.log_out()
    assert world.linked_to() is None
    assert world.anon_id != first
    world.settle()
    with delivering_here(world):
        world.run("between")
        second = world.anon_id
        world.log_in(BOB, name="login of B")
    assert world.usage == {"anon_id": second, "linked_principal_id": BOB}
    owners = {"login": ALICE, "of A": ALICE, "logout": ALICE, "between": BOB, "login of B": BOB}
    assert world.whose == owners


@here
def test_a_failed_login_or_logout_changes_nothing(world: World) -> None:
    """A login that failed waits for nothing and links nothing; a logout that failed rotates nothing."""
    world.log_in(ALICE)
    world.settle()
    linked = world.usage
    world.run("logout failed", success=False, is_logout=True)
    world.run("login failed", success=False, is_login=True)
    assert world.usage == linked
    assert set(world.whose.values()) == {ALICE}


@here
@pytest.mark.parametrize("logged_in", [False, True])
def test_a_copied_home_starts_over(world: World, logged_in: bool) -> None:
    """On another machine the id of the first is not used again: not anonymously, and not to link."""
    world.run("at home")
    home = world.anon_id
    world.ledger_path.write_text(json.dumps({**world.ledger, "born": "0" * 32}), encoding="utf-8")
    if logged_in:
        world.store_credentials(ALICE)
    world.run("elsewhere")
    assert world.anon_id != home
    assert world.whose == {"at home": home, "elsewhere": ALICE if logged_in else world.anon_id}


def test_posthog_is_down_at_the_login(world: World) -> None:
    """Not linked while the alias wasn't accepted; once it is, all of it is hers."""
    run_here(world, "before")
    world.receiver.posthog = DOWN
    world.log_in(ALICE)
    world.settle()
    assert world.linked_to() is None
    assert [record["event"]["properties"]["command_name"] for record in world.waiting] == ["login"]
    world.receiver.posthog = WELL
    world.let_hours_pass(2)
    run_here(world, "after")
    assert world.linked_to() == ALICE
    assert world.whose == dict.fromkeys(("before", "login", "after"), ALICE)


@here
def test_the_reply_to_an_alias_is_lost_and_somebody_else_comes(world: World) -> None:
    """The alias took effect though its reply was lost: the id is A's for good, and B gets another one."""
    world.run("before")
    first = world.anon_id
    world.receiver.posthog = LOSING_REPLIES
    world.log_in(ALICE)
    world.settle()
    assert world.usage == {"anon_id": first, "linked_principal_id": None}
    world.receiver.posthog = WELL
    world.let_hours_pass(2)
    world.store_credentials(BOB)
    world.run("of B")
    assert world.linked_to() == BOB
    assert world.whose == {"before": ALICE, "login": ALICE, "of B": BOB}
    assert {(first, ALICE), (world.anon_id, BOB)} == world.aliases()


@here
def test_the_same_credentials_name_somebody_else(world: World) -> None:
    """An alias was tried for A; then the cloud says that the key is B's: the id stays A's, B gets another."""
    world.run("before")
    world.receiver.posthog = LOSING_REPLIES
    world.log_in(ALICE)
    world.settle()
    world.receiver.posthog = WELL
    (token,) = world.receiver.principals
    world.receiver.principals = {token: BOB, "an older key": ALICE}
    world.let_hours_pass(2)
    world.run("of B")
    assert world.linked_to() == BOB
    assert world.whose == {"before": ALICE, "login": ALICE, "of B": BOB}


@here
def test_nobody_could_be_asked_about_the_first_credentials(world: World) -> None:
    """What was done with A's credentials, while the cloud was out of reach, never becomes B's."""
    world.receiver.cloud = DOWN
    world.store_credentials(ALICE)
    world.run("of A")
    first = world.anon_id
    world.receiver.cloud = WELL
    world.store_credentials(BOB)
    world.let_hours_pass(2)
    world.run("of B")
    assert world.linked_to() == BOB
    assert world.whose == {"of A": first, "of B": BOB}


def test_the_cloud_hangs_at_the_login(world: World) -> None:
    """The tool goes on, nothing is linked, the event arrives as anonymous; later everything is hers."""
    run_here(world, "before")
    world.receiver.cloud = HANGING
    world.log_in(ALICE)
    assert world.linked_to() is None
    world.settle()
    assert world.whose == dict.fromkeys(("before", "login"), world.anon_id)
    world.receiver.cloud = WELL
    world.let_hours_pass(2)
    run_here(world, "after")
    assert world.linked_to() == ALICE
    assert world.whose == dict.fromkeys(("before", "login", "after"), ALICE)


@here
def test_a_logout_when_the_link_never_succeeded(world: World) -> None:
    """Row "logout when the link never succeeded": rotated all the same, and the next person inherits nothing."""
    world.receiver.posthog = DOWN
    world.log_in(ALICE)
    world.settle()
    first = world.anon_id
    world.log_out()
    assert world.usage["linked_principal_id"] is None
    assert world.anon_id != first
    world.settle()
    world.receiver.posthog = WELL
    world.let_hours_pass(2)
    world.run("between")
    world.store_credentials(BOB)
    world.run("of B")
    assert world.linked_to() == BOB
    assert until(lambda: world.waiting == [])
    assert {name: world.whose[name] for name in ("login", "between", "of B")} == {
        "login": ALICE,
        "between": BOB,
        "of B": BOB,
    }
    assert BOB not in (world.whose["logout"], world.whose["login"])


def test_a_slow_cloud_is_waited_for(world: World) -> None:
    """A login is linked when the tool goes on, though the cloud took its time to answer."""
    world.receiver.cloud = Behaviour(hang_seconds=0.5)
    assert world.log_in(ALICE) > 0.5
    assert world.linked_to() == ALICE


@here
@pytest.mark.parametrize(("hours", "owner"), [(2, ALICE), (25, None)])
def test_what_can_not_be_told_waits_for_a_day(world: World, hours: float, owner: str | None) -> None:
    """Linked, without an answer about the new credentials: kept undecided, and unattributable after a day."""
    world.log_in(ALICE)
    world.settle()
    world.receiver.cloud = DOWN
    world.store_credentials(ALICE, version=2)
    world.run("waits")
    (record,) = world.waiting
    assert record["attribution"] is None
    world.receiver.cloud = WELL if owner else DOWN
    world.let_hours_pass(hours)
    world.run("later")
    assert world.waiting == []
    if owner:
        assert world.whose["waits"] == owner
    else:
        assert world.whose["waits"] not in (ALICE, world.anon_id)
    assert world.linked_to() == ALICE
