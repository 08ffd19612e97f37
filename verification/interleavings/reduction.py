"""When one process may go first: what it does next commutes with all that any other may still do.

Then every schedule is equivalent to one in which that step comes now: the others need not be tried here
(a persistent set; histories only grow, so no step can be put off for ever). What a program may still do is
overstated on purpose, never understated.
"""

from collections.abc import Iterable

from verification.interleavings.processes import Node

_IDENTITY = frozenset({"read identity", "write identity", "lock", "unlock", "read credentials", "history"})
_SENDING = _IDENTITY | {
    "read outbox",
    "write outbox",
    "sender",
    "network",
    "pauses",
    "counts",
    "read switch",
}
_BURST = _SENDING | {"announcement", "probe"}

# What a process that runs this program, and all that it launches, may still do.
MAY_DO = {
    "command": _SENDING | {"lawless", "launch"},
    "plain_command": _SENDING | {"lawless", "launch", "probe"},
    "login": _SENDING | {"lawless", "launch", "write credentials"},
    "logout": _SENDING | {"lawless", "launch", "write credentials"},
    "rotate": _IDENTITY | {"lawless", "write outbox", "sender", "read switch"},
    "keep": _IDENTITY | {"write outbox", "sender", "read switch"},
    "take": _SENDING,
    "take_plain": _SENDING | {"probe"},
    "adopt": _SENDING,
    "send": _SENDING,
    "touch": frozenset({"write credentials"}),
    "sleep": frozenset({"history"}),
    "turn_off": frozenset({"write switch", "sender", "read outbox", "write outbox", "counts"}),
    "turn_on": _IDENTITY | {"lawless", "read switch", "write switch", "write credentials"},
    "older_login": frozenset({"write credentials", "read identity", "write identity", "lawless", "network"}),
    "older_logout": frozenset({"write credentials", "write identity", "lawless"}),
    "burst_command": _BURST | {"lawless", "launch"},
    "burst_deliver": _BURST,
    "copied": _SENDING | {"lawless", "launch", "write credentials", "copy"},
    "copied_login": _SENDING | {"lawless", "launch", "write credentials", "copy"},
}

# With which of the above an operation of each group does not commute, on one home.
# "lawless": changes the identity without the lock (a logout that could not wait, a first command, an older CLI).
_DISTURBED_BY = {
    "read identity": {"write identity", "lawless"},
    "write identity": {"read identity", "write identity", "lawless", "write credentials"},
    "lock": {"lock"},
    "unlock": set[str](),  # only makes things possible: a lock may be busy at any time, as a fault
    "read credentials": {"write credentials"},
    "write credentials": {"read credentials", "write credentials", "write identity", "lawless"},
    "read outbox": {"write outbox"},
    "write outbox": {"read outbox", "write outbox"},
    "sender": {"sender", "probe"},
    "network": {"network"},
    "read switch": {"write switch"},
    "write switch": {"read switch", "write switch"},
    "turn on": {
        "read switch",
        "write switch",
        "read credentials",
        "write credentials",
        "write identity",
        "lawless",
    },
    "pauses": {"pauses", "probe"},
    "probe": {"sender", "pauses"},
    "announcement": {"announcement"},
    "counts": {"counts"},
    "tidy": set[str](),
    "launch": set[str](),
    "history": set[str](),
    "lawless": {"read identity", "write identity", "lawless", "network", "write credentials"},
}


def goes_first(
    node: Node, others: Iterable[Node], *, locked: bool, sends: bool, may_fail: bool, made: tuple[bool, ...]
) -> bool:
    """Whether only this process need be tried.

    `locked`: it holds the identity lock; `sends`: the sender lock. `may_fail`: a fault can still happen.
    `made`: whether usage.json is there, by home; it never goes away.
    """
    operation = node.operation
    if operation is None or operation.group == "copy":
        return False
    disturbed_by = _DISTURBED_BY[operation.group]
    for other in others:
        may_do = _may_do(other, may_fail, made)
        if "copy" in may_do:
            return False  # it reads everything at once
        disturbs = disturbed_by & may_do
        if other.root.home != node.root.home:
            disturbs &= {"network"}
        else:
            if sends and may_fail and "sender" in may_do:
                return False  # the other can tell whether this one dies before or after it has tried
            if locked and "lawless" not in may_do:
                disturbs -= {"write identity"}  # the other waits
            if sends and "lawless" not in may_do:
                disturbs -= {"network", "pauses"}  # the business of the sender
            if sends and "write switch" not in may_do:
                disturbs -= {"counts"}  # the same, but `off` erases them without the lock
        if disturbs:
            return False
    return True


def _may_do(other: Node, may_fail: bool, made: tuple[bool, ...]) -> frozenset[str]:
    program = other.root.start.program.__name__
    may_do = MAY_DO[program]
    creates = other.name.startswith("create")  # decided to before usage.json was there
    begins = ("command", "burst_command", "plain_command", "login", "copied", "copied_login")
    if program in begins and made[other.root.home] and not creates:
        return may_do - {"lawless"}
    if program in ("logout", "rotate") and made[other.root.home] and not may_fail and not creates:
        return may_do - {"lawless"}
    return may_do
