"""The tables of a process that answers visitors, and the file they are mirrored to."""

from pathlib import Path

import pytest
from django.db import connections

from apps.ingress.enrich.following import MIRROR, TablesFollower
from apps.ingress.enrich.referrer import referrer
from apps.ingress.enrich.snapshot import Tables
from apps.ingress.enrich.tables import Shelf
from apps.ingress.models import OrganizationTables, Referrer, TableRevision
from tests.ingress.make import an_event

pytestmark = pytest.mark.django_db(transaction=True)


class Held:
    """Where a follower puts its tables."""

    def __init__(self, folder: Path) -> None:
        self.put: list[Tables] = []
        self.follower = TablesFollower(Shelf(""), folder, self.put.append)

    @property
    def name(self) -> str:
        return referrer(an_event(referrer="https://my.example/"), self.put[-1].referrers).referrer_name


def a_change() -> None:
    Referrer.objects.create(pattern="my.example", name="Mine", medium="social")
    TableRevision.bump("referrers")


def test_a_change_is_handed_over_and_nothing_else_is(tmp_path: Path) -> None:
    held = Held(tmp_path)

    for _ in range(2):
        held.follower.follow_once()
    a_change()
    for _ in range(2):
        held.follower.follow_once()

    assert len(held.put) == 2
    assert held.name == "Mine"


def test_a_start_without_postgresql_has_the_tables_there_were_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_change()
    Held(tmp_path).follower.follow_once()
    connection = connections["default"]
    connection.close()

    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "PORT", "1")
        successor = Held(tmp_path)
        successor.follower.load_mirror()
        successor.follower.follow_once()

    assert successor.name == "Mine"
    version = referrer(an_event(referrer="https://my.example/"), successor.put[-1].referrers).referrer_version
    assert version == 100_000 + TableRevision.of("referrers")


def test_what_an_organization_has_of_its_own_is_mirrored_too(tmp_path: Path) -> None:
    line = {"channel": "Ours", "source": "my", "medium": "", "campaign": "", "category": "", "ad_paid": True}
    OrganizationTables.objects.create(
        organization_id=7,
        version=1,
        revision=3,
        campaign_parameters=["cmp"],
        channel_rules=[line],
        own_domains=["a.test"],
    )
    shelf = Shelf("")
    TablesFollower(shelf, tmp_path, lambda tables: None).follow_once()

    successor = Shelf("")
    TablesFollower(successor, tmp_path, lambda tables: None).load_mirror()

    assert shelf.contents
    assert shelf.contents.own[7].channel_rows[0].channel == "Ours"
    assert successor.contents
    assert successor.contents.own == shelf.contents.own
    assert successor.contents.known == shelf.contents.known


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"referrers": 3}'])
def test_a_mirror_that_cannot_be_read_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / MIRROR).write_text(text)
    held = Held(tmp_path)

    held.follower.load_mirror()

    assert held.put == []


def test_every_round_gives_its_connection_back(tmp_path: Path) -> None:
    Held(tmp_path).follower.follow_once()

    assert connections["default"].connection is None
