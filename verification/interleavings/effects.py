"""What a process of ours does to the files and locks of a home, and to its outbox."""

from attrs import evolve

from arcade_usage.application.errors import StoreError
from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.daily_limit import COUNTED, DailyCount
from arcade_usage.domain.identity import Anonymous, Identity, Linked
from arcade_usage.domain.ledger import Ledger, Stamp
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import LossReason
from verification.interleavings.replies import BLOCKED, Raised, Reply
from verification.interleavings.shared_state import NO_COUNTS, View


def on_disk(identity: Identity) -> Identity:
    """On disk a Rotated is an Anonymous."""
    return identity if isinstance(identity, Linked) else Anonymous(identity.anon_id)


def note(view: View, *stamps: Stamp | None, anon_id: str | None = None) -> None:
    history = view["history"]
    noticed = history.noticed | {stamp for stamp in stamps if stamp is not None}
    current = history.current | ({anon_id} if anon_id else frozenset())
    view["history"] = evolve(history, noticed=noticed, current=current)


def write_ledger(view: View, ledger: Ledger) -> None:
    view["ledger"] = ledger
    note(view, ledger.first_stamp, ledger.last_stamp)
    history = view["history"]
    if ledger.first_stamp is not None or ledger.claimed_by is not None:
        use = (view.home, ledger.anon_id, ledger.first_stamp, ledger.claimed_by)
        view["history"] = evolve(history, used=history.used | {use})


def write_usage(view: View, identity: Identity) -> None:
    view["usage"] = on_disk(identity)
    note(view, anon_id=identity.anon_id)


def erase(view: View) -> None:
    """What began before is not lost: the person drops it."""
    view["usage"] = view["ledger"] = None
    history = view["history"]
    begun = {uuid for uuid, _, _ in history.begun}
    view["history"] = evolve(history, dropped=history.dropped | begun)


def create_ledger(view: View, ledger: Ledger) -> bool:
    if view["ledger"] is not None:
        return False
    write_ledger(view, ledger)
    return True


def create_usage(view: View, identity: Identity) -> bool:
    if view["usage"] is not None:
        return False
    write_usage(view, identity)
    return True


def lock(view: View) -> Reply:
    if view["identity lock"] is not None:
        return BLOCKED
    view["identity lock"] = view.slot
    return True


def unlock(view: View) -> None:
    if view["identity lock"] == view.slot:
        view["identity lock"] = None


def try_to_send(view: View, _: float) -> Reply:
    if view["sender lock"] is not None:
        return False
    view["sender lock"] = view.slot
    return True


def wait_to_send(view: View, _: float) -> Reply:
    return BLOCKED if view["sender lock"] is not None else try_to_send(view, 0.0)


def stop_sending(view: View) -> None:
    view["sender lock"] = None


def add(view: View, record: Record) -> None:
    view["outbox"] = frozenset(each for each in view["outbox"] if each.event.uuid != record.event.uuid) | {
        record
    }
    history = view["history"]
    view["history"] = evolve(history, written=history.written | {record.event.uuid})


def freeze(view: View, record: Record) -> Reply:
    """A record that was purged does not come back."""
    if all(each.event.uuid != record.event.uuid for each in view["outbox"]):
        return Raised(StoreError)
    add(view, record)
    return None


def purge(view: View) -> int:
    """What a person drops is not lost."""
    purged = view["outbox"]
    history = view["history"]
    view["history"] = evolve(history, dropped=history.dropped | {each.event.uuid for each in purged})
    view["outbox"] = frozenset()
    return len(purged)


def remove(view: View, uuid: str) -> None:
    view["outbox"] = frozenset(each for each in view["outbox"] if each.event.uuid != uuid)


def drop(view: View, uuid: str, _: LossReason) -> None:
    sum_up(view, *(each for each in view["outbox"] if each.event.uuid == uuid))
    remove(view, uuid)
    history = view["history"]
    view["history"] = evolve(history, dropped=history.dropped | {uuid})


def sum_up(view: View, *records: Record) -> None:
    """Note the successes in events with counts, of which each is noted once."""
    history = view["history"]
    found = {
        (each.event.uuid, each.event.properties["succeeded"])
        for each in records
        if each.event.name == COUNTED
    }
    view["history"] = evolve(history, summed=history.summed | found)


def pending(view: View) -> Reply:
    return tuple(sorted(view["outbox"], key=lambda each: (each.event.timestamp, each.event.uuid)))


def write_counts(view: View, count: DailyCount) -> None:
    view["counts"] = count


def clear_counts(view: View) -> None:
    view["counts"] = NO_COUNTS


def write_pauses(view: View, backoff: Backoff) -> None:
    view["pauses"] = backoff


def stands(view: View) -> bool:
    return view["announcement"] is not None


def stands_no_longer(view: View) -> Reply:
    return BLOCKED if view["announcement"] is None else False


def announce(view: View) -> str:
    if stands(view):
        return "stands"
    view["announcement"] = view.slot
    return "made"


def announce_instead(view: View) -> Reply:
    if not stands(view):
        return BLOCKED
    view["announcement"] = view.slot
    return "made"


def withdraw(view: View) -> None:
    """Whose it is, is not looked at: removing it only makes commands start processes."""
    view["announcement"] = None
