"""What the principal API promises, in memory and over HTTP."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from arcade_usage.adapters.arcade_cloud.principal_api import ArcadeCloud
from arcade_usage.application.delivery.wrappers import SwitchedPrincipalApi
from arcade_usage.application.ports import PrincipalApi
from arcade_usage.demo.receiver import DOWN, Receiver
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.verdict import Answer, Found, NoAnswer, Rejected
from arcade_usage.testing.in_memory import MemoryPrincipalApi, MemorySwitch
from tests.samples import ALICE, BOB


@frozen
class PrincipalApiUnderTest:
    """A principal API, and what a tool and the network do to it."""

    api: PrincipalApi
    log_in: Callable[[str], object]
    log_out: Callable[[], object]
    cut_off: Callable[[], object]


def _in_memory() -> PrincipalApiUnderTest:
    api = MemoryPrincipalApi({"alice's": Found(ALICE), "bob's": Found(BOB)})
    return PrincipalApiUnderTest(api, api.log_in, api.log_out, lambda: setattr(api, "reachable", False))


def _over_http(config_dir: Path, receiver: Receiver) -> PrincipalApiUnderTest:
    config_dir.mkdir()
    credentials = config_dir / "credentials.yaml"
    receiver.principals = {"alices": ALICE, "bobs": BOB}

    def log_in(token: str) -> None:
        auth = {"access_token": token.replace("'", ""), "coordinator_url": receiver.url}
        written = config_dir / "credentials.new"
        written.write_text(json.dumps({"cloud": {"auth": auth}}))
        os.replace(written, credentials)

    return PrincipalApiUnderTest(
        ArcadeCloud(str(credentials)), log_in, credentials.unlink, lambda: setattr(receiver, "cloud", DOWN)
    )


@pytest.fixture(params=["in memory", "over HTTP"])
def subject(request: pytest.FixtureRequest, config_dir: Path, receiver: Receiver) -> PrincipalApiUnderTest:
    return _in_memory() if request.param == "in memory" else _over_http(config_dir, receiver)


def test_without_credentials_there_is_nobody(subject: PrincipalApiUnderTest) -> None:
    """No credentials have no stamp, and name nobody."""
    assert (subject.api.stamp(), subject.api.look_up()) == (None, (None, Rejected()))


@pytest.mark.parametrize(("token", "principal_id"), [("alice's", ALICE), ("bob's", BOB)])
def test_credentials_name_their_principal(
    subject: PrincipalApiUnderTest, token: str, principal_id: str
) -> None:
    """A look-up finds whom the stored credentials belong to."""
    subject.log_in(token)
    assert subject.api.look_up()[1] == Found(principal_id)


def test_refused_credentials_name_nobody(subject: PrincipalApiUnderTest) -> None:
    """Credentials that the service does not know are a definite nobody."""
    subject.log_in("a stranger's".replace(" ", "-"))
    assert subject.api.look_up()[1] == Rejected()


def test_out_of_reach_is_no_answer(subject: PrincipalApiUnderTest) -> None:
    """A service that can't be asked says nothing about the credentials, and nothing is raised."""
    subject.log_in("alice's")
    subject.cut_off()
    assert subject.api.look_up() == (subject.api.stamp(), NoAnswer())


def test_a_look_up_names_the_stamp_of_what_it_asked_about(subject: PrincipalApiUnderTest) -> None:
    """The stamp that comes with an answer is that of the credentials that were asked about."""
    subject.log_in("alice's")
    before = subject.api.stamp()
    assert before is not None
    assert subject.api.look_up() == (before, Found(ALICE))
    subject.log_in("bob's")
    assert subject.api.look_up() == (subject.api.stamp(), Found(BOB))
    assert subject.api.stamp() != before


def test_a_stamp_lasts_as_long_as_the_credentials(subject: PrincipalApiUnderTest) -> None:
    """Looking and asking leave the stamp as it is."""
    subject.log_in("alice's")
    stamps = [subject.api.stamp()]
    subject.api.look_up()
    assert subject.api.stamp() == stamps[0]


def test_the_same_credentials_stored_again_have_another_stamp(subject: PrincipalApiUnderTest) -> None:
    """A stamp tells one writing of the file from the next, also where the content is the same."""
    subject.log_in("alice's")
    before = subject.api.stamp()
    subject.log_in("alice's")
    assert subject.api.stamp() not in (None, before)


def test_a_logout_takes_the_stamp_away(subject: PrincipalApiUnderTest) -> None:
    """After credentials were removed there is nobody again."""
    subject.log_in("alice's")
    subject.log_out()
    assert (subject.api.stamp(), subject.api.look_up()) == (None, (None, Rejected()))


def test_each_context_has_its_own_credentials(config_dir: Path, receiver: Receiver) -> None:
    """Stamp and answer are those of the named context, whichever one the API was made for."""
    config_dir.mkdir()
    receiver.principals = {"alices": ALICE, "bobs": BOB}
    contexts = {
        name: {"api": {"key": key}, "coordinator_url": receiver.url}
        for name, key in (("home", "alices"), ("work", "bobs"))
    }
    path = config_dir / "credentials.yaml"
    path.write_text(json.dumps({"cloud": {"active_context": "home", "contexts": contexts}}))
    memory = MemoryPrincipalApi({"alices": Found(ALICE)}, "alices")
    memory.contexts["work"] = MemoryPrincipalApi({"bobs": Found(BOB)}, "bobs", device=2)
    for api in (memory, ArcadeCloud(str(path)), ArcadeCloud(str(path), "other").in_context(None)):
        work, nowhere = api.in_context("work"), api.in_context("nowhere")
        assert api.in_context(None).look_up() == (api.stamp(), Found(ALICE))
        assert work.look_up() == (work.stamp(), Found(BOB))
        assert work.stamp() != api.stamp()
        assert nowhere.look_up()[1] == Rejected()


class Derived(ArcadeCloud):
    """A tool's own, over the default one."""

    def __init__(self, api: ArcadeCloud) -> None:
        super().__init__(api.credentials_path, api.context)

    def look_up(self) -> tuple[Stamp | None, Answer]:
        return self.stamp(), Found(BOB)


class Around:
    """A tool's own, which leaves all but one method to the default one."""

    def __init__(self, api: ArcadeCloud) -> None:
        self.api = api

    def __getattr__(self, name: str) -> Any:
        return getattr(self.api, name)

    def look_up(self) -> tuple[Stamp | None, Answer]:
        return self.api.stamp(), Found(BOB)


@pytest.mark.parametrize("own", [Derived, Around])
@pytest.mark.parametrize("context", [None, "work"])
def test_a_tools_own_answers_in_every_context(
    tmp_path: Path, own: Callable[[ArcadeCloud], PrincipalApi], context: str | None
) -> None:
    """The default one, which it is made from, does not take its place."""
    api = SwitchedPrincipalApi(own(ArcadeCloud(str(tmp_path / "credentials.yaml"))), MemorySwitch())
    assert api.in_context(context).look_up() == (None, Found(BOB))
