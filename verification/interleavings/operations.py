"""Everything that a process can ask the world for: what it does, what it may touch, how it can go wrong.

A new method of a port is one entry in OPERATIONS. An outcome answers with a reply, with a Raised, or
with BLOCKED where it can't happen now. "ok" costs nothing; every other outcome is a fault, and costs one,
except those that `free` names. That a process dies after an effect is added by the scheduler.
"""

from collections.abc import Mapping

from attrs import frozen

from arcade_usage.application.errors import LaunchError, NotAcceptedError, RefusedError, StoreError
from arcade_usage.domain.verdict import Found, NoAnswer, Rejected
from verification.interleavings import effects, people, posthog
from verification.interleavings.replies import BLOCKED, Outcome, Raised, losing
from verification.interleavings.shared_state import OF_A_HOME

REPLY_LOST = "takes effect, reply lost"


@frozen
class Operation:
    """`touches`: its variables, for its memory. `group`: what it does, in the words of reduction.py."""

    touches: tuple[str, ...]
    group: str
    outcomes: Mapping[str, Outcome]
    writes: bool = False
    free: frozenset[str] = frozenset({"ok"})
    everywhere: bool = False  # touches the variables of both homes


def reading(variable: str, group: str, *, fails: bool = True) -> Operation:
    outcomes: dict[str, Outcome] = {"ok": lambda view: view[variable]}
    if fails:
        outcomes["fails"] = lambda _: Raised(StoreError)
    return Operation((variable,), group, outcomes)


def writing(touches: tuple[str, ...], group: str, effect: Outcome) -> Operation:
    """It can fail, or take effect though it says that it failed."""
    outcomes = {"ok": effect, "fails": lambda *_: Raised(StoreError), REPLY_LOST: losing(effect, StoreError)}
    return Operation(touches, group, outcomes, writes=True)


def certain(touches: tuple[str, ...], group: str, effect: Outcome, *, writes: bool = True) -> Operation:
    """It does not fail: a person's own doing, or a stat."""
    return Operation(touches, group, {"ok": effect}, writes=writes)


OPERATIONS: Mapping[str, Operation] = {
    # the identity store, and the snapshot's reader
    "read usage.json": reading("usage", "read identity"),
    "look for usage.json": certain(
        ("usage",), "read identity", lambda view: view["usage"] is not None, writes=False
    ),
    "read ledger": reading("ledger", "read identity"),
    "write usage.json": writing(("usage", "history"), "write identity", effects.write_usage),
    "write ledger": writing(("ledger", "history"), "write identity", effects.write_ledger),
    "create usage.json": writing(("usage", "history"), "write identity", effects.create_usage),
    "create ledger": writing(("ledger", "history"), "write identity", effects.create_ledger),
    "lock identity": Operation(
        ("identity lock",), "lock", {"ok": effects.lock, "busy": lambda _: Raised(StoreError)}
    ),
    "lock identity or go on": Operation(
        ("identity lock", "history"), "lock", {"ok": effects.lock, "busy": people.force}
    ),
    "unlock identity": certain(("identity lock",), "unlock", effects.unlock, writes=False),
    "erase identity": certain(("usage", "ledger", "history"), "lawless", effects.erase),
    # the principal API
    "stat credentials": certain(("credentials",), "read credentials", people.stamp, writes=False),
    "begin": certain(("credentials", "history"), "read credentials", people.begin, writes=False),
    "look at credentials": certain(
        ("credentials", "history"), "read credentials", people.look_at_credentials, writes=False
    ),
    "look at credentials of logout": certain(
        ("credentials", "history"), "read credentials", people.look_of_logout, writes=False
    ),
    "look up": Operation(
        ("credentials",),
        "read credentials",
        {
            "ok": people.look_up(Found),
            "no answer": people.look_up(lambda _: NoAnswer()),
            "refused with 401": people.look_up(lambda _: Rejected()),
        },
    ),
    # the outbox
    "write down": writing(("outbox", "history"), "write outbox", effects.add),
    # Not with its reply lost, as on a network file system: then its process would write the event down again.
    "write early record": Operation(
        ("outbox", "history"),
        "write outbox",
        {"ok": effects.add, "fails": lambda *_: Raised(StoreError)},
        writes=True,
    ),
    "freeze": writing(("outbox", "history"), "write outbox", effects.freeze),
    "purge": certain(("outbox", "history"), "write outbox", effects.purge),
    "remove": writing(("outbox",), "write outbox", effects.remove),
    "read outbox": Operation(
        ("outbox",), "read outbox", {"ok": effects.pending, "fails": lambda _: Raised(StoreError)}
    ),
    "drop": certain(("outbox", "history"), "write outbox", effects.drop),
    "tidy": Operation((), "tidy", {"ok": lambda _: None, "fails": lambda _: Raised(StoreError)}),
    "read logbook": reading("pauses", "pauses", fails=False),  # one that can't be read counts as empty
    "write logbook": Operation(
        ("pauses",),
        "pauses",
        {"ok": effects.write_pauses, "fails": lambda *_: Raised(StoreError)},
        writes=True,
    ),
    "read counts": reading("counts", "counts", fails=False),  # as those of a malformed file
    "write counts": writing(("counts",), "counts", effects.write_counts),
    "clear counts": certain(("counts",), "counts", effects.clear_counts),
    "try to send": Operation(
        ("sender lock",), "sender", {"ok": effects.try_to_send, "fails": lambda *_: Raised(StoreError)}
    ),
    "probe sender": Operation(
        ("sender lock",), "probe", {"ok": lambda view: view["sender lock"] is not None}
    ),
    "probe logbook": reading("pauses", "probe", fails=False),
    "wait to send": Operation(
        ("sender lock",),
        "sender",
        {
            "ok": effects.wait_to_send,
            "in vain": lambda view, _: False if view["sender lock"] is not None else BLOCKED,
        },
        free=frozenset({"ok", "in vain"}),
    ),
    "stop sending": certain(("sender lock",), "sender", effects.stop_sending, writes=False),
    # the announcement; "too old": a clock jumped, or its process seems to be gone
    "look for announcement": Operation(
        ("announcement",), "announcement", {"ok": effects.stands, "too old": effects.stands_no_longer}
    ),
    "announce": Operation(
        ("announcement",),
        "announcement",
        {"ok": effects.announce, "too old": effects.announce_instead, "fails": lambda _: "unannounced"},
        writes=True,
    ),
    "withdraw": Operation(
        ("announcement",),
        "announcement",
        {"ok": effects.withdraw, "fails": lambda _: None},
        writes=True,
    ),
    # the analytics sink
    "alias": Operation(
        ("posthog", "history"),
        "network",
        {
            "ok": posthog.accept_alias,
            "fails": posthog.miss_alias,
            REPLY_LOST: losing(posthog.take_alias, NotAcceptedError),
        },
        writes=True,
    ),
    "capture": Operation(
        ("posthog", "history"),
        "network",
        {
            "ok": posthog.capture,
            "fails": lambda *_: Raised(NotAcceptedError),
            REPLY_LOST: losing(posthog.capture, NotAcceptedError),
            "refused with 400": lambda *_: Raised(RefusedError),
        },
        writes=True,
    ),
    # the switch, the process launcher
    "read switch": certain(("switch", "history"), "read switch", people.is_on, writes=False),
    "launch": Operation(
        (), "launch", {"ok": lambda _, *__: None, "fails": lambda *_: Raised(LaunchError)}, writes=True
    ),
    # what people, and programs that are not ours, do
    "touch credentials": certain(("credentials", "history"), "write credentials", people.touch_credentials),
    "log out": certain(("credentials", "history"), "write credentials", people.log_out),
    "leave identity alone": certain(("history",), "read identity", people.leave_alone, writes=False),
    "logout is over": certain(("credentials", "history"), "history", people.see_out, writes=False),
    "turn off": certain(("switch",), "write switch", people.switch_off),
    "turn on": certain(("switch", "credentials", "history"), "turn on", people.switch_on),
    "a day passes": certain(("clock",), "history", people.sleep),
    "copy home": Operation(OF_A_HOME, "copy", {"ok": people.copy_home}, writes=True, everywhere=True),
    "older CLI links": certain(
        ("usage", "ledger", "posthog", "history", "credentials"), "lawless", people.old_link
    ),
    "older CLI rotates": certain(("usage", "history"), "lawless", effects.write_usage),
}
