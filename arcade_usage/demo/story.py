"""The story that the demo plays, as data: who does what, and whose each event has to be in the end."""

from attrs import frozen

from arcade_usage.demo.people import ADA, BEN, CLEO, DAN, EVE, Person
from arcade_usage.demo.receiver import DOWN, LOSING_REPLIES, WELL, Mood


@frozen
class Command:
    """One command that somebody runs.

    `who` runs it: the truth that the tracker is measured by. `provable`: whether the event has to end up
    with them; else it may stay nobody's. `fails`: the message of the error it raises.
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
    """A command of the story in its place: its event carries `serial`, which no other act has."""

    serial: int
    step: int
    command: Command


@frozen
class Step:
    """What happens next, in words and in deed: first the things around the tool, then its commands.

    `posthog`: its mood from now on. `left_behind`: whose credentials are written by something that is not
    the tool. `refused` and `honoured`: whose token Arcade Cloud does not, or does again, know.
    `hour_later`: every pause after a failure is over.
    """

    title: str
    prose: str
    commands: tuple[Command, ...]
    posthog: Mood | None = None
    left_behind: Person | None = None
    refused: Person | None = None
    honoured: Person | None = None
    hour_later: bool = False


@frozen
class Chapter:
    title: str
    steps: tuple[Step, ...]


# For redaction to take out; `{home}` is her folder.
_PRIVATE = "can't read {home}/agents/mail.py for ada@example.com with key arc_p8Qz41LmWx93RtVb"

STORY = (
    Chapter(
        "One person",
        (
            Step(
                "Ada runs her first command",
                "Nobody has logged in. usage.json is made: a random id stands for whoever this is, and "
                "PostHog makes no profile of it.",
                (Command("tools.list", ADA),),
            ),
            Step(
                "A command of hers fails",
                "She sees the error as ever. The event has it without her folder, address and key.",
                (Command("tools.deploy", ADA, fails=_PRIVATE),),
            ),
            Step(
                "Ada logs in",
                "Arcade Cloud says whom her API key names, PostHog takes the alias, and only then does "
                "usage.json say so. What she did before is hers now.",
                (Command("login", ADA),),
            ),
            Step(
                "She goes on working",
                "credentials.yaml is still the file that was confirmed, so there is nothing to ask and "
                "nothing to alias.",
                (Command("tools.run", ADA), Command("chat", ADA)),
            ),
            Step(
                "Ada logs out",
                "The logout is still hers. Before it returns there is a fresh id: whoever comes next "
                "inherits nothing.",
                (Command("logout", ADA),),
            ),
        ),
    ),
    Chapter(
        "A shared computer",
        (
            Step(
                "Ben runs a command",
                "The same computer, the same folder, another person. Nothing leads from this id to Ada.",
                (Command("docs.search", BEN),),
            ),
            Step(
                "Ben logs in",
                "By OAuth this time. His one command comes along; Ada's stay where they are.",
                (Command("login", BEN),),
            ),
            Step(
                "The account is switched behind the tracker's back",
                "No logout, no login: something else writes Cleo's token into credentials.yaml. It is not "
                "the file that was confirmed, so it is asked about before anything is called Ben's.",
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
                "Arcade Cloud would refuse it by now. But the file is the one that was confirmed as hers: "
                "there is nothing to ask.",
                (Command("tools.run", CLEO),),
                refused=CLEO,
            ),
            Step(
                "An old token of Dan's gets into the file",
                "Another file, and a definite no: it can't be told whether this is Cleo. The event goes "
                "out under an id used once, nobody's for good. Rather nobody's than another's.",
                (Command("chat", DAN, provable=False),),
                left_behind=DAN,
                refused=DAN,
            ),
            Step(
                "Cleo logs in again",
                "She is who she was. No alias is due, and the event in between stays nobody's.",
                (Command("login", CLEO),),
                honoured=CLEO,
            ),
            Step("Cleo logs out", "A fresh id again.", (Command("logout", CLEO),)),
        ),
    ),
    Chapter(
        "PostHog is down",
        (
            Step(
                "Dan runs a command while PostHog answers 503",
                "His command is done as quickly as ever. The event waits on disk.",
                (Command("tools.new", DAN),),
                posthog=DOWN,
            ),
            Step(
                "Dan logs in all the same",
                "Arcade Cloud names him, but the alias is refused: usage.json does not call him linked. "
                "That this id is his is written down, for later.",
                (Command("login", DAN),),
                honoured=DAN,
            ),
            Step(
                "An hour later PostHog is back, and Dan runs a command",
                "Attempts pause after a failure, so that hour is skipped here. The command finishes what "
                "the login could not: what waited arrives, the alias is taken, and all of it is his.",
                (Command("tools.run", DAN),),
                posthog=WELL,
                hour_later=True,
            ),
            Step("Dan logs out", "And nobody inherits him.", (Command("logout", DAN),)),
        ),
    ),
    Chapter(
        "A lost reply",
        (
            Step(
                "Ada is back, and runs a command",
                "She has a profile. This id has none: if it had, it could not be joined to hers.",
                (Command("tools.list", ADA),),
            ),
            Step(
                "She logs in, and PostHog's replies get lost",
                "It takes the alias, but nobody hears of it: usage.json can't call her linked. That this "
                "id is hers for good was written down before the attempt.",
                (Command("login", ADA),),
                posthog=LOSING_REPLIES,
            ),
            Step(
                "Eve logs in over it",
                "PostHog has never seen her: with the same id, she would be Ada, for good. She gets a "
                "fresh one. Ada's alias is sent once more, which changes nothing.",
                (Command("login", EVE),),
                posthog=WELL,
            ),
        ),
    ),
)
