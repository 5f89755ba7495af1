"""A new version of Trellis brings new rows; what staff changed stays."""

import io

import pytest
from django.core.management import call_command

from apps.ingress.models import ChannelRule, Referrer, TableRevision
from apps.ingress.refresh import Refreshed, refresh_tables

pytestmark = pytest.mark.django_db


def refresh() -> dict[str, Refreshed]:
    return refresh_tables(by="test")


def test_tables_that_are_up_to_date_stay_as_they_are() -> None:
    refresh()

    again = refresh()

    assert set(again.values()) == {Refreshed()}


def test_a_row_that_is_missing_comes_back() -> None:
    Referrer.objects.filter(pattern="google.*").delete()

    assert refresh()["referrers"] == Refreshed(added=1)
    assert Referrer.objects.get(pattern="google.*").origin == "builtin"
    assert TableRevision.of("referrers")


def test_a_row_of_an_older_version_is_updated_or_removed() -> None:
    Referrer.objects.filter(pattern="google.*").update(name="Gogle")
    Referrer.objects.create(pattern="gone.example", name="Gone", medium="other", origin="builtin")

    assert refresh()["referrers"] == Refreshed(updated=1, removed=1)
    assert Referrer.objects.get(pattern="google.*").name == "Google"


def test_what_staff_changed_or_made_stays() -> None:
    Referrer.objects.filter(pattern="google.*").update(name="Alphabet", origin="changed")
    Referrer.objects.create(pattern="pots.example", name="Pots", medium="other")

    assert refresh()["referrers"] == Refreshed(kept=1)
    assert Referrer.objects.get(pattern="google.*").name == "Alphabet"
    assert Referrer.objects.filter(pattern="pots.example").exists()


def test_emptied_tables_are_filled() -> None:
    ChannelRule.objects.all().delete()

    call_command("refresh_tables", stdout=(out := io.StringIO()))

    assert ChannelRule.objects.order_by("position").first().channel == "Direct"
    assert "channels: " in out.getvalue()
