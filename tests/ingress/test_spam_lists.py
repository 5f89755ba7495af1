"""Published lists of referrer spam in the table of referrers."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.ingress.enrich.tables import Shelf
from apps.ingress.models import Referrer, TableRevision
from apps.ingress.refresh import refresh_tables
from apps.ingress.spam_lists import import_domains, read_list, remove_domains
from tests.accounts import make

pytestmark = pytest.mark.django_db

LIST = """\ufeff# A list, as people publish them
pots-for-nothing.example

WWW.Weeds-Daily.Example   # upper case
*.mud.example
xn--bcher-kva.example
bücher.example
pots-for-nothing.example
"""


@pytest.fixture(autouse=True)
def tables() -> None:
    refresh_tables(by="test")


def run(path: Path, *options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_spam_domains", str(path), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def medium_of(domain: str) -> str:
    tables = Shelf("").current(timezone.now())
    return tables.referrers.of(f"http://{domain}/", "go.acme.example", 0).referrer_medium


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.txt"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_a_list_is_read_as_people_write_them() -> None:
    listed = read_list(LIST.splitlines())

    assert listed.domains == ("pots-for-nothing.example", "weeds-daily.example", "mud.example", "bücher.example")
    assert listed.refused == ()


@pytest.mark.parametrize(
    "nonsense",
    ["com", "one two.example", "http://a.example/x", "192.0.2.1", "me@a.example", "a..example", "-a-.example",
     "\ufffd.example", "a.example:80", "<a>.example", "google.*", "x" * 64 + ".example", "sub." * 60 + "example"],
)  # fmt: skip
def test_nonsense_is_refused_with_its_line(nonsense: str) -> None:
    listed = read_list(["good.example", "", nonsense])

    assert listed.domains == ("good.example",)
    assert listed.refused == ((3, nonsense),)


def test_what_a_list_names_is_spam_from_then_on(file: Path) -> None:
    before = medium_of("weeds-daily.example")

    out, err = run(file)

    assert (out, err) == ("4 added, 0 known already, 0 refused.\n", "")
    assert before == "other"
    assert [medium_of(host) for host in ("weeds-daily.example", "deep.mud.example", "bücher.example")] == ["spam"] * 3


def test_a_second_time_nothing_happens(file: Path) -> None:
    run(file)
    revision = TableRevision.of("referrers")

    out, _ = run(file)

    assert out == "0 added, 4 known already, 0 refused.\n"
    assert TableRevision.of("referrers") == revision


def test_rows_of_staff_are_left_alone(file: Path) -> None:
    Referrer.objects.create(pattern="mud.example", name="Mud", medium="other")

    out, err = run(file)
    run(file, "--remove")

    assert out == "3 added, 0 known already, 1 refused.\n"
    assert err == "mud.example: the table knows it as no spam, so it stays that.\n"
    assert medium_of("mud.example") == "other"


def test_a_list_cannot_make_spam_of_google() -> None:
    done = import_domains(["google.com"], by="test")

    assert done == (0, 0, ("google.com",))
    assert medium_of("google.com") == "search"


def test_what_lists_say_of_a_public_suffix_is_not_said_of_those_below() -> None:
    import_domains(["kharkov.ua"], by="test")

    assert (medium_of("kharkov.ua"), medium_of("garden.kharkov.ua")) == ("spam", "other")


def test_a_list_is_taken_back_out(file: Path) -> None:
    run(file)

    out, _ = run(file, "--remove")

    assert out == "4 removed, 0 were not from a list.\n"
    assert medium_of("weeds-daily.example") == "other"
    assert remove_domains(["semalt.*"], by="test") == 0


def test_a_new_version_of_trellis_keeps_what_lists_brought(file: Path) -> None:
    run(file)

    refresh_tables(by="test")

    assert medium_of("weeds-daily.example") == "spam"


def test_lines_that_are_refused_are_named_and_the_others_taken(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"good.example\n<html>\n\xff.example\n")

    out, err = run(path)

    assert out == "1 added, 0 known already, 2 refused.\n"
    assert err.splitlines()[0] == "line 2: '<html>' is no domain."


@pytest.mark.parametrize("content", ["", "# nothing\n", "<!doctype html>\n"])
def test_a_list_without_a_domain_is_an_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(content)

    with pytest.raises(CommandError, match="no domain"):
        run(path)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "nothing")


def test_a_row_that_staff_changed_is_theirs_from_then_on(client: Client, file: Path) -> None:
    run(file)
    row = Referrer.objects.get(pattern="mud.example")
    make.signed_in(client, make.staff())

    said = {"pattern": row.pattern, "name": "Mud", "medium": "other", "terms": "", "charsets": ""}
    client.post(f"/admin/ingress/referrer/{row.pk}/change/", said)
    run(file, "--remove")

    assert medium_of("mud.example") == "other"
    assert medium_of("weeds-daily.example") == "other"
    assert Referrer.objects.get(pk=row.pk).origin == "ours"
