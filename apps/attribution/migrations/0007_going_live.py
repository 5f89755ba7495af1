"""Runs that name what comes from now on, too, and editions that no run made: the rules in force changed."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# As in 0005, and of no run when it is about the rules in force.
GUARD = """
CREATE OR REPLACE FUNCTION attribution_edition_of_a_run_that_is_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.run_id IS NOT NULL AND NOT EXISTS (SELECT FROM attribution_run WHERE id = NEW.run_id AND state = 'done') THEN
    RAISE EXCEPTION 'an edition is of a run that is done' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""
GUARD_BACK = """
CREATE OR REPLACE FUNCTION attribution_edition_of_a_run_that_is_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM attribution_run WHERE id = NEW.run_id AND state = 'done') THEN
    RAISE EXCEPTION 'an edition is of a run that is done' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0006_the_ledger"),
        ("campaigns", "0006_priority"),
        ("ingress", "0009_labelled_events"),
    ]

    operations: list[Any] = [
        migrations.AddField("run", "goes_live", models.BooleanField(default=False)),
        migrations.AddField(
            "run",
            "catches_up",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="caught_up_by",
                to="attribution.run",
            ),
        ),
        migrations.AlterField(
            "edition",
            "run",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="edition",
                to="attribution.run",
            ),
        ),
        migrations.AlterField(
            "edition",
            "kind",
            models.CharField(
                choices=[("applied", "Applied"), ("reverted", "Reverted"), ("published", "Published")], max_length=10
            ),
        ),
        migrations.RemoveConstraint("edition", "edition_kind_known"),
        migrations.AddConstraint(
            "edition",
            models.CheckConstraint(
                condition=models.Q(("kind__in", ("applied", "reverted")), ("run__isnull", False))
                | models.Q(("kind", "published"), ("run__isnull", True)),
                name="edition_kind_known",
            ),
        ),
        migrations.AddConstraint(
            "run",
            models.CheckConstraint(
                condition=models.Q(
                    ("goes_live", False),
                    models.Q(("catches_up__isnull", True), ("reverts__isnull", True)),
                    _connector="OR",
                ),
                name="run_goes_live_by_itself",
            ),
        ),
        migrations.RunSQL(GUARD, GUARD_BACK),
    ]
