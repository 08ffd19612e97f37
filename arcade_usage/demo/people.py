"""The people of the demo, and their credentials.yaml.

Together they use the three formats of the file: a legacy API key, OAuth, and contexts.
"""

from collections.abc import Callable, Mapping

from attrs import field, frozen

from arcade_usage.domain.persons import Persons

_Document = Mapping[str, object]


def _legacy_key(token: str, coordinator_url: str) -> _Document:
    return {"cloud": {"api": {"key": token}, "coordinator_url": coordinator_url}}


def _oauth(token: str, coordinator_url: str) -> _Document:
    return {"cloud": {"coordinator_url": coordinator_url, "auth": {"access_token": token}}}


def _contexts(token: str, coordinator_url: str) -> _Document:
    work = {"coordinator_url": coordinator_url, "auth": {"access_token": token}}
    return {"cloud": {"active_context": "work", "contexts": {"work": work, "home": {}}}}


@frozen
class Person:
    """A user of the tool. `principal_id`: Arcade Cloud's id for the owner of `token`."""

    name: str
    principal_id: str
    token: str = field(repr=False)
    _shape: Callable[[str, str], _Document] = field(repr=False)

    def credentials(self, coordinator_url: str) -> bytes:
        """credentials.yaml as a login writes it."""
        import yaml

        return yaml.safe_dump(dict(self._shape(self.token, coordinator_url))).encode()


ADA = Person("Ada", "ada-5b0c61d2-7e9f", "arc_demo_ada", _legacy_key)
BEN = Person("Ben", "ben-c29e0a74-1d35", "oauth-demo-ben", _oauth)
CLEO = Person("Cleo", "cleo-83f7d1b6-42aa", "oauth-demo-cleo", _contexts)
DAN = Person("Dan", "dan-1f64ae90-b8c3", "oauth-demo-dan", _oauth)
EVE = Person("Eve", "eve-7a20d95f-03bc", "oauth-demo-eve", _contexts)

PEOPLE = (ADA, BEN, CLEO, DAN, EVE)


def owners(person_id: str, persons: Persons) -> list[Person]:
    """The people whose principal ids this PostHog person has; more than one is an error."""
    return [
        person
        for person in PEOPLE
        if persons.person_of_id.get(person.principal_id, person.principal_id) == person_id
    ]
