"""The question whether a tool may report its use: when it is asked, and what an answer means.

Invariant: only yes lets events be reported. A question without an answer counts as asked, so that nobody is
asked again and again. Runs on the command path of tools that ask.
"""

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Mapping

YES = "yes"
NO = "no"
UNANSWERED = "unanswered"  # asked, without an answer
ANSWERS = (YES, NO, UNANSWERED)

NOT_ASKED_TEXT = (
    "this tool asks before it reports anything, and was not answered yet: a command on a terminal asks,"
    " and `on` agrees"
)
REFUSED_TEXTS = {
    NO: "this tool asked whether it may report its use, and the answer was no: to agree, use its `usage on`",
    UNANSWERED: "this tool asked whether it may report its use, and got no answer: `on` agrees",
}


def read_typed(line: str) -> str:
    """The answer in a typed line. Enter alone is no, as the question says; any other text is no answer."""
    word = line.strip().lower()
    return YES if word in ("y", "yes") else NO if word in ("", "n", "no") else UNANSWERED


def find_person(environment: "Mapping[str, str]", *, on_terminal: bool) -> bool:
    """Whether a person can answer: on a terminal, outside CI, and no coding agent runs the tool. Pure."""
    from arcade_usage.domain.agents import find_agent
    from arcade_usage.domain.consent import runs_in_ci

    return on_terminal and not runs_in_ci(environment) and find_agent(environment) is None
