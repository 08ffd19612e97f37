"""How tracking stands in one config folder, and what keeps it from working. Pure: it looks at nothing.

Owns the invariant that everything which keeps an event from arriving has a trouble that says so.
"""

from collections.abc import Sequence

from attrs import field, frozen

from arcade_usage.domain.backoff import LONGEST_SECONDS, LOOK_UP, Pause
from arcade_usage.domain.configuration import Reason
from arcade_usage.domain.consent import LOCAL, OFF, WITHOUT_ERRORS
from arcade_usage.domain.daily_limit import DailyCount
from arcade_usage.domain.identity import Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.project import Project
from arcade_usage.domain.trouble import Trouble

SHORT_ID = 8  # characters of an id that are shown
CLOCK_TOLERANCE_SECONDS = 300.0  # that something may lie ahead of the clock


@frozen
class Diagnostics:
    """What the machine allows. `evidence`: names of malformed files that were kept.

    `unusable_locks`: each one's path, why it can't be used, and what to do about it. `not_owned`: the same of
    other files and folders that are not used because they are not the user's own. `newer`: the same of files
    that a newer version of the library wrote. `has_version`: whether the version of the tool is known.
    `can_start`: whether its Python may be executed. `may_report`: whether no notice is still to be shown.
    `in_sandbox`: whether the environment says that requests fail here, or disturb an agent's run.
    """

    writable: bool = True
    can_launch: bool = True
    evidence: tuple[str, ...] = ()
    unusable_locks: tuple[str, ...] = ()
    not_owned: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    has_version: bool = True
    can_start: bool = True
    may_report: bool = True
    in_sandbox: bool = False


@frozen
class StoredChoice:
    """A choice that the user stored in `path`. `at`: when (Unix seconds); None if it can't be read."""

    path: str
    level: str
    at: float | None

    @property
    def text(self) -> str:
        """For people to read."""
        if self.at is None:
            return f"a stored opt-out can't be read ({self.path})"
        return f"{_CHOICES[self.level]} ({self.path})"


_CHOICES = {
    OFF: "you turned it off",
    LOCAL: "you keep events on this machine",
    WITHOUT_ERRORS: "you withhold the texts of errors",
}


@frozen
class StoredConsent:
    """A notice that was shown, or a question that was asked. `at`: when (Unix seconds).

    tool: its distribution, as the file's name has it. text_version: of the notice or question.
    answer: of domain.asking; None for a notice.
    """

    tool: str
    text_version: int
    at: float
    answer: str | None = None


@frozen
class ProjectStatus:
    """One outbox. `undecided`: events that are not attributed yet.

    `foreign`: undecided ones that only another installation may attribute.
    `strange`: files that can't be read as events. `oldest_at`, `newest_at`: when events ended (Unix seconds).
    `tools`: the tools that the events name, those that were sent included. `count`: see DailyCount.
    """

    project: Project
    logbook: Logbook
    waiting: int = 0
    undecided: int = 0
    foreign: int = 0
    strange: int = 0
    oldest_at: float | None = None
    newest_at: float | None = None
    tools: tuple[str, ...] = ()
    count: DailyCount = field(factory=DailyCount)

    def due_at(self, now: float) -> float | None:
        """When the next attempt at the sink is due (Unix seconds); None: with the next command."""
        pause = self.logbook.backoff.by_name.get("sink")
        return pause.due_at if pause is not None and pause.holds_back(now) else None

    def look_up_at(self, now: float) -> float | None:
        """When the next look-up of the account is due (Unix seconds); None: with the next command."""
        return min((pause.due_at for pause in self._look_ups if pause.holds_back(now)), default=None)

    @property
    def waits_for_account(self) -> bool:
        """Whether events of this installation wait because a look-up of the account failed."""
        return bool(self._look_ups) and self.undecided > self.foreign

    @property
    def _look_ups(self) -> list[Pause]:
        return [pause for name, pause in self.logbook.backoff.by_name.items() if name.startswith(LOOK_UP)]

    @property
    def failures(self) -> int:
        """Attempts in a row that failed, those that were cut off included."""
        pause = self.logbook.backoff.by_name.get("sink")
        return pause.failures if pause is not None else 0

    def from_later_than(self, now: float) -> bool:
        logbook = self.logbook
        moments = [self.newest_at, logbook.observed.looked_at]
        moments += [
            last.at for last in (logbook.delivered, logbook.failed, logbook.unanswered) if last is not None
        ]
        moments += [pause.due_at - LONGEST_SECONDS for pause in logbook.backoff.by_name.values()]
        return any(moment is not None and moment > now + CLOCK_TOLERANCE_SECONDS for moment in moments)


@frozen
class Status:
    """`reasons`: what says off; none where tracking is on. `choices`: those that the user stored.
    `consents`: what was shown or asked.

    `known`: None where it can't be read. `now`: Unix seconds. `sdk_problem`: why PostHog's SDK can't be used.
    `adapters_problem`: why the tool's own adapters can't be made.
    `unusable_locks`, `not_owned`, `newer`: see Diagnostics.
    """

    config_dir: str
    reasons: tuple[Reason, ...]
    debugging: bool
    state: IdentityState | None
    has_credentials: bool
    projects: tuple[ProjectStatus, ...]
    troubles: tuple[Trouble, ...]
    now: float
    unusable_locks: tuple[str, ...] = ()
    not_owned: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    sdk_problem: str | None = None
    adapters_problem: str | None = None
    choices: tuple[StoredChoice, ...] = ()
    consents: tuple[StoredConsent, ...] = ()

    @property
    def is_on(self) -> bool:
        return not self.reasons

    @property
    def sends_errors(self) -> bool:
        return self.is_on and all(choice.level != WITHOUT_ERRORS for choice in self.choices)

    @property
    def works(self) -> bool:
        """Whether the config folder can be used."""
        return not {Trouble.UNREADABLE, Trouble.UNWRITABLE} & set(self.troubles)

    @property
    def anon_id(self) -> str | None:
        return self.state.anon_id if self.state else None

    @property
    def principal_id(self) -> str | None:
        identity = self.state.identity if self.state else None
        return identity.principal_id if isinstance(identity, Linked) else None

    @property
    def pending_aliases(self) -> int:
        """Aliases of earlier ids that are still to be sent."""
        ledger = self.state.ledger if self.state else None
        return len(ledger.pending_aliases) if isinstance(ledger, Ledger) else 0


def shorten(an_id: str) -> str:
    """An id as it is shown: enough to tell it from others."""
    return an_id if len(an_id) <= SHORT_ID else f"{an_id[:SHORT_ID]}..."


def find_troubles(
    state: IdentityState | None,
    here: str,
    diagnostics: Diagnostics,
    projects: Sequence[ProjectStatus],
    now: float,
) -> tuple[Trouble, ...]:
    """What keeps tracking from working, the worst first. `here`: this installation's fingerprint."""
    found = {
        Trouble.UNREADABLE: state is None,
        Trouble.UNWRITABLE: state is not None and not diagnostics.writable,
        Trouble.FROZEN: not diagnostics.can_launch,
        Trouble.INTERPRETER: diagnostics.can_launch and not diagnostics.can_start,
        Trouble.NOTICE: not diagnostics.may_report,
        Trouble.NO_VERSION: not diagnostics.has_version,
        Trouble.NOT_OWNED: bool(diagnostics.not_owned),
        Trouble.NEWER: bool(diagnostics.newer),
        Trouble.LOCK: bool(diagnostics.unusable_locks),
        Trouble.CLOCK: any(each.from_later_than(now) for each in projects),
        **(_troubles_of_identity(state, here) if state is not None else {}),
        Trouble.SANDBOX: diagnostics.in_sandbox,
        Trouble.UNREACHABLE: any(each.failures and each.waiting for each in projects),
        Trouble.ACCOUNT: any(each.waits_for_account for each in projects),
        Trouble.STRANGE_EVENTS: any(each.strange for each in projects),
        Trouble.EVIDENCE: bool(diagnostics.evidence),
    }
    return tuple(trouble for trouble, is_there in found.items() if is_there)


def _troubles_of_identity(state: IdentityState, here: str) -> dict[Trouble, bool]:
    malformed = isinstance(state.identity, Malformed), isinstance(state.ledger, Malformed)
    ledger = state.matching_ledger
    return {
        Trouble.MALFORMED_IDENTITY: malformed[0],
        Trouble.MALFORMED_LEDGER: malformed[1],
        Trouble.DISAGREEMENT: not any(malformed)
        and not isinstance(state.ledger, NewerLedger)
        and state.identity is not None
        and not state.is_consistent,
        Trouble.COPIED: ledger is not None
        and ledger.installation != here
        and not isinstance(state.identity, Linked),
    }
