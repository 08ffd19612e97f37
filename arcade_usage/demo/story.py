"""The demo's story as data: each person's commands, and the person that each event must be attributed to."""

from attrs import frozen

from arcade_usage.demo.people import ADA, BEN, CLEO, DAN, EVE, Person
from arcade_usage.demo.receiver import DOWN, LOSING_REPLIES, WELL, Behaviour


@frozen
class Command:
    """One command of a person.

    who: the person who runs it.
    provable: whether its event must be attributed to `who`; if False, it may stay without a person.
    fails: the message of the error that it raises.
    """

    name: str
    who: Person
    provable: bool = True
    fails: str | None = None

    @property
    def is_login(self) -> bool:
        return self.name == "login"

    @property
    def is_logout(self) -> bool:
        return self.name == "logout"


@frozen
class Act:
    """One execution of a command. `serial`: unique in the story; the event has it as a property."""

    serial: int
    step: int
    command: Command


@frozen
class Step:
    """One step of the story: changes around the tool, then its commands.

    posthog: PostHog's behaviour from this step on.
    left_behind: the person whose credentials another program writes.
    refused, honoured: the person whose token Arcade Cloud rejects, or accepts again, from this step on.
    hour_later: every backoff is over.
    """

    title: str
    prose: str
    commands: tuple[Command, ...]
    posthog: Behaviour | None = None
    left_behind: Person | None = None
    refused: Person | None = None
    honoured: Person | None = None
    hour_later: bool = False


@frozen
class Chapter:
    title: str
    steps: tuple[Step, ...]


# An error message with secrets that redaction removes; `{home}` is the home folder.
_PRIVATE = "can't read {home}/agents/mail.py for ada@example.com with key arc_p8Qz41LmWx93RtVb"

STORY = (
    Chapter(
        "One person",
        (
            Step(
                "Ada runs her first command",
                "Nobody has logged in. The command creates usage.json with a random id. PostHog makes no "
                "profile for it.",
                (Command("tools.list", ADA),),
            ),
            Step(
                "A command of hers fails",
                "She sees the error as usual. The event has its message without her folder, address and key.",
                (Command("tools.deploy", ADA, fails=_PRIVATE),),
            ),
            Step(
                "Ada logs in",
                "Arcade Cloud names the owner of her API key, PostHog accepts the alias, and only then is "
                "usage.json linked to her. Her earlier events are now hers.",
                (Command("login", ADA),),
            ),
            Step(
                "Ada continues to work",
                "credentials.yaml is still the confirmed file, so no look-up and no alias are needed.",
                (Command("tools.run", ADA), Command("chat", ADA)),
            ),
            Step(
                "Ada logs out",
                "The logout is still hers. Before it returns, usage.json gets a new random id, so that the "
                "next user's events are not attributed to her.",
                (Command("logout", ADA),),
            ),
        ),
    ),
    Chapter(
        "A shared computer",
        (
            Step(
                "Ben runs a command",
                "The same computer, the same folder, another person. Nothing links this id to Ada.",
                (Command("docs.search", BEN),),
            ),
            Step(
                "Ben logs in",
                "With OAuth this time. His earlier command is attributed to him; Ada's events stay hers.",
                (Command("login", BEN),),
            ),
            Step(
                "Another program switches the account",
                "No logout, no login: another program writes Cleo's token into credentials.yaml. It is not "
                "the confirmed file, so a look-up precedes any attribution to Ben.",
                (Command("server.start", CLEO),),
                left_behind=CLEO,
            ),
        ),
    ),
    Chapter(
        "An expired token",
        (
            Step(
                "Cleo's token expires",
                "Arcade Cloud would reject it now. But the file is the one confirmed as hers, so no look-up "
                "is needed.",
                (Command("tools.run", CLEO),),
                refused=CLEO,
            ),
            Step(
                "Another program writes an old token of Dan's",
                "The file has changed, and Arcade Cloud rejects the token, so the user is unknown. The event "
                "is sent under an id used once, and stays without a person.",
                (Command("chat", DAN, provable=False),),
                left_behind=DAN,
                refused=DAN,
            ),
            Step(
                "Cleo logs in again",
                "The account is the one already linked, so no alias is needed. The event in between stays "
                "without a person.",
                (Command("login", CLEO),),
                honoured=CLEO,
            ),
            Step("Cleo logs out", "usage.json gets a new random id again.", (Command("logout", CLEO),)),
        ),
    ),
    Chapter(
        "PostHog is down",
        (
            Step(
                "Dan runs a command while PostHog answers 503",
                "His command takes no longer than before. The event waits on disk.",
                (Command("tools.new", DAN),),
                posthog=DOWN,
            ),
            Step(
                "Dan logs in during the outage",
                "Arcade Cloud names him, but PostHog refuses the alias, so usage.json is not linked. The "
                "ledger records that this id is his, for a later attempt.",
                (Command("login", DAN),),
                honoured=DAN,
            ),
            Step(
                "An hour later PostHog is back, and Dan runs a command",
                "After a failure, attempts back off; the demo skips that hour. The command completes the "
                "login: the waiting events arrive, PostHog accepts the alias, and all of them are his.",
                (Command("tools.run", DAN),),
                posthog=WELL,
                hour_later=True,
            ),
            Step("Dan logs out", "usage.json gets a new random id.", (Command("logout", DAN),)),
        ),
    ),
    Chapter(
        "A lost reply",
        (
            Step(
                "Ada is back, and runs a command",
                "She has a profile. This id has none, so PostHog can attach it to hers.",
                (Command("tools.list", ADA),),
            ),
            Step(
                "She logs in, and PostHog's replies get lost",
                "PostHog accepts the alias, but the reply is lost, so usage.json is not linked. The ledger "
                "recorded before the attempt that this id is hers.",
                (Command("login", ADA),),
                posthog=LOSING_REPLIES,
            ),
            Step(
                "Eve logs in without a logout",
                "PostHog does not know her yet. With the same id, her profile would be merged with Ada's for "
                "good, so she gets a new one. Ada's alias is sent once more, which changes nothing.",
                (Command("login", EVE),),
                posthog=WELL,
            ),
        ),
    ),
)
