"""What programs are told of runs, editions and previews; and what the documentation says of that."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.response import Response

from apps.attribution.ledger.preview import Preview
from apps.attribution.ledger.tally import Counts
from apps.attribution.models import Edition, Policy, Run
from apps.campaigns.api.campaigns import person
from apps.campaigns.api.schema import RuleDocument
from apps.campaigns.models import Campaign
from apps.ingress.models import Job


class ChangedSchema(serializers.Serializer[Any]):
    campaign = serializers.CharField(help_text="Its key.")
    events = serializers.IntegerField()

    class Meta:
        ref_name = "Changed"


class CountsSchema(serializers.Serializer[Any]):
    gained = ChangedSchema(many=True)
    taken = ChangedSchema(many=True)

    class Meta:
        ref_name = "RunCounts"


class RunSchema(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="64 bits, therefore a string.")
    campaign = serializers.CharField(help_text="The key of the campaign.")
    reverts = serializers.CharField(allow_null=True, help_text="The id of the run that this one takes back.")
    rule = RuleDocument()
    words = serializers.CharField(help_text="The rule, for people.")
    rule_version = serializers.IntegerField(allow_null=True, help_text="Of the campaign; null: given by hand.")
    policy = serializers.ChoiceField(choices=Policy.choices)
    goes_live = serializers.BooleanField(help_text="Whether its rule labels what comes, too, once it is done.")
    catches_up = serializers.CharField(
        allow_null=True, help_text="The id of the run that goes live, of which this one names what came in between."
    )
    note = serializers.CharField()
    state = serializers.ChoiceField(choices=Run.State.values)
    edition = serializers.IntegerField(allow_null=True, help_text="The edition it made; null until it is done.")
    counts = CountsSchema(allow_null=True, help_text="Events by campaign; null until it is done.")
    error = serializers.CharField()
    job = serializers.CharField(allow_null=True, help_text="The id of its job.")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True, help_text="Events stored later are not in it.")
    ended_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Run"

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        span = {"from": serializers.DateTimeField(), "to": serializers.DateTimeField(help_text="Before which it ends.")}
        return {**super().get_fields(), **span}


class RunPageSchema(serializers.Serializer[Any]):
    data = RunSchema(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")

    class Meta:
        ref_name = "RunPage"


class EditionSchema(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="What reports call `edition`.")
    kind = serializers.ChoiceField(choices=Edition.Kind.choices)
    words = serializers.CharField(help_text="What changed.")
    note = serializers.CharField()
    run = serializers.CharField(allow_null=True, help_text="The id of the run that made it.")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "Edition"


class EditionPageSchema(serializers.Serializer[Any]):
    data = EditionSchema(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")

    class Meta:
        ref_name = "EditionPage"


class DaySchema(serializers.Serializer[Any]):
    day = serializers.DateField(help_text="Of UTC; quiet days are absent.")
    events = serializers.IntegerField()

    class Meta:
        ref_name = "PreviewDay"


class PreviewSchema(CountsSchema):
    events = serializers.IntegerField(help_text="Of every kind.")
    people = serializers.IntegerField(help_text="Those of them that count as clicks.")
    conversions = serializers.IntegerField()
    revenue = serializers.CharField(help_text="Of those conversions, in `currency`.")
    currency = serializers.CharField()
    days = DaySchema(many=True)
    sample = serializers.ListField(child=serializers.CharField(), help_text="Ids of some of the events.")
    history_begins_at = serializers.DateTimeField(allow_null=True, help_text="The first event that is stored.")
    is_missing_history = serializers.BooleanField(help_text="Whether the span begins before that.")
    edition = serializers.IntegerField(help_text="What it was counted as of; 0 is before the first.")

    class Meta:
        ref_name = "Preview"


def run_document(run: Run, keys: Mapping[str, str]) -> dict[str, Any]:
    """`keys` are of the campaigns in its counts, by id: `keys_of`."""
    is_done = run.state == Run.State.DONE
    return {
        "id": str(run.pk),
        "campaign": run.campaign.key,
        "reverts": str(run.reverts_id) if run.reverts_id else None,
        "rule": run.rule,
        "words": run.words,
        "rule_version": run.rule_version or None,
        "from": run.start,
        "to": run.end,
        "policy": run.policy,
        "goes_live": run.goes_live,
        "catches_up": str(run.catches_up_id) if run.catches_up_id else None,
        "note": run.note,
        "state": run.state,
        "edition": run.number if is_done else None,
        "counts": counts_document(run.counts, keys) if is_done else None,
        "error": run.error,
        "job": str(run.job_id) if run.job_id else None,
        "created_at": run.created_at,
        "created_by": person(run.created_by),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
    }


def run_told(run: Run, **words: Any) -> Response:
    return Response(run_document(run, keys_of([run.counts])), **words)


def on_its_way(run: Run, job: Job) -> Response:
    """202, and where to ask how far it is."""
    return run_told(run, status=202, headers={"Location": reverse("analytics:api-job", args=[job.pk])})


def edition_document(edition: Edition) -> dict[str, Any]:
    return {
        "number": edition.number,
        "kind": edition.kind,
        "words": edition.words,
        "note": edition.note,
        "run": str(edition.run_id) if edition.run_id else None,
        "created_at": edition.created_at,
        "created_by": person(edition.created_by),
    }


def preview_document(found: Preview, currency: str, edition: int) -> dict[str, Any]:
    return {
        **counts_document(found.counts, keys_of([found.counts])),
        "events": found.events,
        "people": found.people,
        "conversions": found.conversions,
        "revenue": str(found.revenue),
        "currency": currency,
        "days": [{"day": day, "events": events} for day, events in found.by_day.items()],
        "sample": [str(event_id) for event_id in found.sample],
        "history_begins_at": found.history_begins_at,
        "is_missing_history": found.is_missing_history,
        "edition": edition,
    }


def counts_document(counts: Counts, keys: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: [{"campaign": keys[number], "events": events} for number, events in counts.get(name, {}).items()]
        for name in ("gained", "taken")
    }


def keys_of(counts: Iterable[Counts]) -> dict[str, str]:
    """Keys of campaigns by their ids, as counts have these. Cost: one query."""
    numbers = {int(number) for each in counts for of in each.values() for number in of}
    keys = Campaign.objects.filter(pk__in=numbers).values_list("pk", "key")
    return {str(pk): key for pk, key in keys}
