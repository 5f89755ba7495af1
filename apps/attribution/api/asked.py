"""What programs say of a run that is to be: of which campaign, by which rule, over which span."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from apps.accounts.api_problems import Fault, Faulty
from apps.attribution.ledger.applying import InForce, NoRule, in_force
from apps.attribution.models import Policy
from apps.campaigns.api.door import Asked
from apps.campaigns.api.schema import RuleDocument
from apps.campaigns.models import Campaign
from apps.ingress.rules import BadRule, parse

YEARS = (2000, 2200)


class RuleField(RuleDocument):
    """Passed on as it came: what is wrong in it has a place."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class WhichClicks(Asked):
    """The context has the organization's id."""

    campaign = serializers.CharField(max_length=64, help_text="The key of the campaign that clicks are named for.")
    rule = RuleField(
        required=False, help_text="Which clicks. Without it, those that are the campaign's by what is published."
    )
    policy = serializers.ChoiceField(
        choices=Policy.choices, default=Policy.FILL, help_text="Whether clicks of other campaigns are taken as well."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        span = {
            "from": serializers.DateTimeField(default_timezone=UTC, help_text="The first moment."),
            "to": serializers.DateTimeField(default_timezone=UTC, help_text="The moment before which the span ends."),
        }
        return {**super().get_fields(), **span}

    def validate_campaign(self, value: str) -> Campaign:
        mine = Campaign.objects.filter(organization_id=self.context["organization_id"], key=value)
        found = mine.select_related("organization", "version").first()
        if found is None:
            raise serializers.ValidationError(f"There is no campaign {value!r}.", code="reference")
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("from", "to"):
            if not YEARS[0] <= attrs[name].year < YEARS[1]:
                raise serializers.ValidationError({name: [f"Years from {YEARS[0]} to {YEARS[1]} can be named."]})
        if attrs["from"] >= attrs["to"]:
            raise serializers.ValidationError({"to": ["The span must end after it begins."]})
        return attrs


class NewRun(WhichClicks):
    goes_live = serializers.BooleanField(
        required=False, default=False, help_text="Name what comes as well, from when it is done until it is reverted."
    )
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=500, help_text="Why.")


class Why(Asked):
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=500, help_text="Why.")


def named(said: dict[str, Any]) -> InForce:
    """By which rule. Errors: Faulty, with the place in the body."""
    try:
        return InForce(parse(said["rule"])) if "rule" in said else in_force(said["campaign"])
    except BadRule as error:
        raise Faulty([Fault(f"#/rule{error.pointer}", error.sentence, "invalid")]) from error
    except NoRule as error:
        raise Faulty([Fault("#/rule", str(error), "required")]) from error


def span(said: dict[str, Any]) -> tuple[datetime, datetime]:
    return said["from"], said["to"]
