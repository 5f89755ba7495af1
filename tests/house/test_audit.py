"""What a person can change is watched by the audit, or stands here with the reason why not."""

import re

import pytest
from django.apps import apps
from django.db import connection

from apps.accounts.audit.watching import TRIGGER
from tests.house.sources import listed

pytestmark = pytest.mark.django_db
UNWATCHED = {
    "accounts_auditentry": "is the audit",
    "auth_permission": "made of the models by Django",
    "django_content_type": "made of the models by Django",
    "django_admin_log": "is a log itself, of what staff did in the admin",
    "django_session": "sessions begin and end by themselves, and hold what nobody may read",
    "usersessions_usersession": "where somebody is signed in, noted by itself",
    "account_emailconfirmation": "one-time keys; the address that was confirmed is watched",
    "attribution_booking": "what a postback became, by itself",
    "attribution_conversion": "made of postbacks; who has them read again is a job",
    "attribution_conversionchange": "made of postbacks",
    "attribution_labelcheck": "found every night, by itself",
    "attribution_webhookdelivery": "is a log itself, of what was sent",
    "campaigns_keptanswer": "answers kept for a day, by themselves",
    "accounts_wardenmembership": "says by whom a membership was made; the membership is watched",
    "socialaccount_socialaccount": "who somebody is to an issuer, written at sign-in; members are watched",
    "socialaccount_socialapp": "not used: issuers are rows of our own, which are watched",
    "socialaccount_socialtoken": "not kept",
    "ingress_addresskey": "made and forgotten every day, by itself",
    "ingress_changedhours": "what a job changed, noted by itself",
    "ingress_deadletter": "holds what visitors sent; what was decided of it stands in it",
    "ingress_erasure": "is a record itself: who asked for it, when, and what went",
    "ingress_job": "is a record itself: who began it, when, and how it ended",
    "ingress_labeltable": "made of campaigns and runs, which are watched",
    "ingress_postback": "never changed by people",
    "ingress_tablerevision": "is a log itself, of who changed the tables",
}
SECRET = re.compile(r"secret|password|token|hash|(^|_)key$|^data$")
# Names that are shown to everybody who may see the row, and a switch.
NO_SECRET = {
    ("accounts_organization", "key"),
    ("campaigns_campaign", "key"),
    ("campaigns_link", "key"),
    ("attribution_rundraft", "key"),
    ("accounts_wardenissuer", "key"),
    ("accounts_wardenissuer", "exchanges_tokens"),
    ("attribution_webhookendpoint", "old_secret_ends_at"),
}
WATCHED = "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger WHERE tgname = %s"


def watched() -> dict[str, list[str]]:
    """The tables that are watched, and what is said of each: whose, secret, passed over, named."""
    with connection.cursor() as cursor:
        cursor.execute(WATCHED, [TRIGGER])
        return {table: args.split("\\000") for table, args in cursor.fetchall()}


def stored() -> dict[str, set[str]]:
    """The tables of PostgreSQL that models have, with their columns."""
    return {
        model._meta.db_table: {field.column for field in model._meta.concrete_fields}
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model.__module__.startswith("clickhouse") and connection_of(model)
    }


def connection_of(model: type) -> bool:
    return model._meta.db_table in connection.introspection.table_names()


def test_what_people_can_change_is_watched() -> None:
    silent = sorted(stored().keys() - watched().keys() - UNWATCHED.keys())

    assert not silent, listed(silent, "say `watch(…)` in the migration that makes it, or give the reason in UNWATCHED")


def test_a_reason_is_given_for_tables_that_are_there_and_not_watched() -> None:
    assert UNWATCHED.keys() - stored().keys() == set()
    assert UNWATCHED.keys() & watched().keys() == set()


def test_what_could_be_a_secret_is_one_to_the_audit() -> None:
    told = [
        f"{table}.{column}"
        for table, args in watched().items()
        for column in stored()[table]
        if SECRET.search(column) and (table, column) not in NO_SECRET and column not in args[1].strip("{}").split(",")
    ]

    assert not told, listed(told, "name it in `secret` of its `watch`, or in NO_SECRET")


def test_a_column_that_is_named_to_the_audit_is_there() -> None:
    gone = [
        f"{table}.{column}"
        for table, (whose, secret, passed_over, named, *_) in watched().items()
        for column in [
            whose.partition(">")[0],
            *secret.strip("{}").split(","),
            *passed_over.strip("{}").split(","),
            named,
        ]
        if column and column not in stored()[table]
    ]

    assert gone == []
