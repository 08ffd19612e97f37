"""What people do to a home and its credentials, what other programs do to it, and what the oracle learns from it."""

from collections.abc import Callable

from attrs import evolve

from arcade_usage.domain.identity import Identity, Linked
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.verdict import Answer, Rejected
from verification.interleavings import posthog
from verification.interleavings.effects import note
from verification.interleavings.replies import Outcome, Reply
from verification.interleavings.shared_state import Period, View


def stamp(view: View, context: str | None) -> Stamp | None:
    """The stamp for a context; each has its own."""
    stamp: Stamp | None = view["credentials"][-1].stamp
    return stamp if stamp is None or context is None else evolve(stamp, ctime_ns=-1)


def is_of_context(stamp: Stamp | None) -> bool:
    return stamp is not None and stamp.ctime_ns < 0


def look_at_credentials(view: View, uuid: str, context: str | None) -> Stamp | None:
    """The last look of a snapshot: the person who is logged in now is the one that the event is of."""
    history = view["history"]
    cause = (uuid, view.home, len(view["credentials"]) - 1)
    elsewhere = history.elsewhere if context is None else history.elsewhere | {(uuid, view.home, context)}
    view["history"] = evolve(history, causes=history.causes | {cause}, elsewhere=elsewhere)
    return stamp(view, context)


def begin(view: View, uuid: str, here: str) -> None:
    """A snapshot begins: in the period before, where a logout has not rotated yet what it is about to."""
    history, periods = view["history"], view["credentials"]
    persons = [period.stamp for period in periods if period.who is not None]
    noticed = not persons or persons[-1] in history.noticed
    over = {(home, number) for home, number, _ in history.seen_out}
    under_way = [
        number
        for number, after in enumerate(periods[1:])
        if after.began == "logout" and (view.home, number) not in over
    ]
    begun = (uuid, min(under_way, default=len(periods) - 1), noticed)
    users = history.users | {(view.home, here)}
    view["history"] = evolve(history, begun=history.begun | {begun}, users=users)


def look_up(answer: Callable[[str], Answer]) -> Outcome:
    def outcome(view: View, context: str | None) -> Reply:
        period: Period = view["credentials"][-1]
        if period.who is None:
            return (None, Rejected())
        return (stamp(view, context), answer(context or period.who))

    return outcome


def touch_credentials(view: View, who: str | None, began: str) -> None:
    """Store or delete credentials. `who` None deletes."""
    periods: tuple[Period, ...] = view["credentials"]
    if began == "refresh":
        who = periods[-1].who
    if who is None and periods[-1].who is None and began != "logout":
        return
    stamp = None if who is None else Stamp(view.home, len(periods), 0, 0, 0)
    missed = periods[-1].stamp is not None and periods[-1].stamp not in view["history"].noticed
    view["credentials"] = (*periods[:-1], evolve(periods[-1], missed=missed), Period(who, stamp, began))


def log_out(view: View) -> int:
    """Delete the credentials; returns the number of the period that this ends."""
    touch_credentials(view, None, "logout")
    return len(view["credentials"]) - 2


def look_of_logout(view: View, uuid: str, context: str | None) -> Stamp | None:
    """The last look of a logout's snapshot. Without credentials, it is of the last person who had any.

    Where another person's credentials are stored already, nothing can tell it from theirs: it is theirs.
    """
    stamp = look_at_credentials(view, uuid, context)
    persons = [number for number, period in enumerate(view["credentials"]) if period.who is not None]
    if stamp is None and persons:
        history = view["history"]
        causes = frozenset(cause for cause in history.causes if cause[0] != uuid) | {
            (uuid, view.home, persons[-1])
        }
        view["history"] = evolve(history, causes=causes, late=history.late | {uuid})
    return stamp


def force(view: View) -> bool:
    """A logout goes ahead without the lock: who holds it may still write what was. The next verdict sees to it."""
    history = view["history"]
    view["history"] = evolve(history, forced=history.forced | {view.home})
    return False


def leave_alone(view: View, identity: Identity) -> None:
    """A logout leaves the identity that it read as it is, for nobody was ever logged in under it."""
    history = view["history"]
    if isinstance(identity, Linked) or history.was_used(view.home, identity.anon_id):
        view["history"] = evolve(history, left=history.left | {(view.home, identity.anon_id)})


def see_out(view: View, period: int) -> None:
    """A logout is over, and an id was given up: nothing of the time before may come back."""
    history = view["history"]
    over = (view.home, period, len(view["credentials"]))
    view["history"] = evolve(history, seen_out=history.seen_out | {over})


def switch_off(view: View) -> None:
    view["switch"] = False


def switch_on(view: View) -> None:
    """What was done before is of a person whom the ledger knows already, if of anybody."""
    if not view["switch"]:
        history, periods = view["history"], view["credentials"]
        known = [number for number, period in enumerate(periods) if period.stamp in history.noticed]
        again = (view.home, max(known, default=-1) + 1, len(periods))
        view["history"] = evolve(history, turned_on=history.turned_on | {again})
        view["credentials"] = (*periods, evolve(periods[-1], began="on"))
    view["switch"] = True


def is_on(view: View) -> bool:
    on: bool = view["switch"]
    if not on:
        history = view["history"]
        view["history"] = evolve(history, told_off=history.told_off | {view.slot})
    return on


def copy_home(view: View) -> None:
    """The whole folder. Without a ledger nothing tells where an id was born: an older CLI's is no case of ours."""
    first, second = view.of(0), view.of(1)
    if first["ledger"] is None:
        return
    for variable in ("usage", "ledger", "outbox", "pauses", "switch"):
        second[variable] = first[variable]
    periods = first["credentials"]
    who = periods[-1].who
    stamp = None if who is None else Stamp(1, len(periods), 0, 0, 0)
    second["credentials"] = (*periods, Period(who, stamp, "copy"))


def sleep(view: View) -> None:
    """For a day: its own, of which the counts are not yet sent, is over."""
    view["clock"] += 86_400


def old_link(view: View, was: Identity | None, who: str, aliased: bool) -> None:
    """An older CLI's login: alias, and the link written over what is there meanwhile.

    Where the id is another person's already, or was ever used with another person's credentials, or where other
    credentials have come since, it would merge two people itself; that is its own fault, since it takes no lock
    and knows no claim: see the known limits in architecture.md. So is what it does with an id of another context.
    """
    if was is None or view["credentials"][-1].who != who:
        return
    persons = {period.stamp: period.who for period in view["credentials"]}
    ledger = view["ledger"]
    uses = {each[2:] for each in view["history"].used if each[:2] == (view.home, was.anon_id)}
    for stamp, claimed_by in uses if ledger is None else {*uses, (ledger.first_stamp, None)}:
        if is_of_context(stamp) or {persons.get(stamp), claimed_by} - {None, who}:
            return
    if posthog.belongs_to_another(view["posthog"], view["ledger"], was, who):
        return
    if aliased:
        view["posthog"] = posthog.older_alias(view["posthog"], was.anon_id, who)
    view["posthog"] = evolve(view["posthog"], accepted=view["posthog"].accepted | {(was.anon_id, who)})
    view["usage"] = Linked(was.anon_id, who)
    note(view, anon_id=was.anon_id)
