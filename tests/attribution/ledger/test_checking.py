"""`manage.py ledger_check` finds what is wrong, and nothing where nothing is."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.attribution.ledger.checking import LAWS, violations
from apps.ingress.warehouse.connection import client
from tests.attribution.ledger.make import MONDAY, Ledger
from tests.attribution.ledger.workers import Worker

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
LABEL, COPY, EDITION, HOURS, COUNTS = LAWS


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    ledger.click()
    ledger.applied()
    ledger.reverted(ledger.taken_from_others())
    return ledger


def broken(ledger: Ledger) -> set[str]:
    return {violation.law for violation in violations(ledger.organization.pk)}


def forged(ledger: Ledger, **changes: object) -> None:
    """Another entry like the first, as no run writes it."""
    columns = [name for name, *_ in client().execute("DESCRIBE attribution_entries")]
    values = [f"{changes[name]!r} AS {name}" if name in changes else name for name in columns]
    sql = f"""INSERT INTO attribution_entries SELECT {", ".join(values)} FROM (
        SELECT * FROM attribution_entries WHERE organization_id = {ledger.organization.pk} AND edition = 1)"""
    client().execute(sql, settings={"insert_deduplicate": 0, "prefer_column_name_to_alias": 1})


def test_a_ledger_that_was_written_by_runs_keeps_all_laws(ledger: Ledger) -> None:
    assert violations(ledger.organization.pk) == []


def test_so_does_an_empty_one() -> None:
    assert violations(Ledger().organization.pk) == []


def test_an_entry_that_is_there_twice_is_found(ledger: Ledger) -> None:
    forged(ledger)

    assert broken(ledger) == {LABEL, COPY, COUNTS}


def test_two_campaigns_of_one_event_are_found_with_the_event(ledger: Ledger) -> None:
    forged(ledger, campaign_id=ledger.summer.pk, edition=3)

    found = {violation.law: violation for violation in violations(ledger.organization.pk)}

    assert set(found) == {LABEL, COUNTS}
    assert found[LABEL].examples == (str(ledger.entries("event_id")[0][0]),)
    assert str(found[LABEL]).startswith("After every edition an event has one campaign or none. Not so: ")


def test_an_event_without_a_label_between_two_editions_only_is_found(ledger: Ledger) -> None:
    forged(ledger, sign=-1, edition=2)
    forged(ledger, sign=1, edition=3)

    assert LABEL in broken(ledger)


def test_an_inverse_that_is_no_copy_is_found(ledger: Ledger) -> None:
    forged(ledger, sign=-1, edition=3, country="ZZ")

    assert broken(ledger) == {LABEL, COPY, COUNTS}


def test_an_entry_of_no_edition_is_found(ledger: Ledger) -> None:
    forged(ledger, edition=77)

    found = violations(ledger.organization.pk)

    assert [(violation.law, violation.examples) for violation in found] == [(EDITION, ("77",))]


def test_sums_by_hour_that_differ_are_found_with_the_hour(ledger: Ledger) -> None:
    sql = "INSERT INTO attribution_hourly VALUES"
    client().execute(sql, [(ledger.organization.pk, ledger.spring.pk, MONDAY, 1, "human", 5)])

    (found,) = violations(ledger.organization.pk)

    assert found.law == HOURS
    assert found.examples == (f"edition 1, campaign {ledger.spring.pk}, 2026-11-16 00:00:00",)


def test_entries_of_a_run_that_goes_on_or_came_to_nothing_are_no_fault(ledger: Ledger) -> None:
    ledger.click(MONDAY)
    worker = Worker(ledger.planned())
    worker.write_half_of_each_chunk()
    assert violations(ledger.organization.pk) == []

    worker.cancel()

    assert violations(ledger.organization.pk) == []


def test_the_command_says_that_all_is_well(ledger: Ledger) -> None:
    out = StringIO()

    call_command("ledger_check", organization=ledger.organization.key, stdout=out)

    assert out.getvalue() == f"{ledger.organization.key}: all 5 laws hold.\n"


def test_the_command_fails_where_a_law_does_not_hold(ledger: Ledger) -> None:
    forged(ledger, edition=77)
    out = StringIO()

    with pytest.raises(CommandError, match="1 of the laws"):
        call_command("ledger_check", stdout=out)

    assert f"{ledger.organization.key}: {EDITION} Not so: 77." in out.getvalue()


def test_the_command_knows_which_organizations_there_are() -> None:
    with pytest.raises(CommandError, match="no organization 'nobody'"):
        call_command("ledger_check", organization="nobody")
