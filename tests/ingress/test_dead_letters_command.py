"""`manage.py dead_letters`."""

import io

import pytest
from django.core.management import CommandError, call_command

from apps.ingress.models import DeadLetter
from tests.accounts import make
from tests.ingress.letters import a_letter, paths, status_of
from tests.ingress.make import a_line, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("dead_letters", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def organization_id() -> int:
    return an_organization_id()


def test_the_command_lists_what_waits_with_its_reason() -> None:
    make.an_organization("acme", id=7)
    a_letter(b"{\x1b[2J")
    a_letter(b"gone", position=2, status=DeadLetter.Status.DISCARDED)

    listed = run("list")

    assert "Acme" in listed
    assert "ClickHouse had a bad day" in listed
    assert r"{\x1b[2J" in listed
    assert "1 waiting, 1 shown." in listed


def test_the_command_lists_one_organization_only() -> None:
    make.an_organization("acme", id=7)
    a_letter(b"ours")
    a_letter(b"theirs", organization_id=8, position=2)

    listed = run("list", "--organization", "acme")

    assert "ours" in listed
    assert "theirs" not in listed


def test_the_command_replays_all(organization_id: int) -> None:
    a_letter(a_line(organization_id=organization_id), organization_id=organization_id)

    assert run("replay", "--all") == "1 replayed, 0 still cannot be stored.\n"
    assert len(paths(organization_id)) == 1


def test_the_command_fails_when_something_still_cannot_be_stored() -> None:
    a_letter(b"{not json")

    with pytest.raises(CommandError) as failure:
        run("replay", "--all")

    assert failure.value.returncode == 3


def test_the_command_discards_by_id() -> None:
    keep, drop = a_letter(b"one"), a_letter(b"two", position=2)

    assert run("discard", "--id", str(drop.pk)) == "1 discarded.\n"
    assert (status_of(keep), status_of(drop)) == ("waiting", "discarded")


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_the_command_does_nothing_unasked(verb: str) -> None:
    letter = a_letter(b"one")

    with pytest.raises(CommandError, match="Which"):
        run(verb)

    assert status_of(letter) == "waiting"


def test_the_command_says_which_ids_it_does_not_know() -> None:
    with pytest.raises(CommandError, match="Not waiting, or not there: 4711"):
        run("discard", "--id", "4711")


def test_the_command_says_that_clickhouse_is_away(organization_id: int, clickhouse_away: None) -> None:
    a_letter(a_line(organization_id=organization_id))

    with pytest.raises(CommandError, match="still waits"):
        run("replay", "--all")
