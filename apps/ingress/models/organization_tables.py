"""What an organization has of its own beside the tables: where campaigns are named, channels, domains."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from apps.ingress.enrich import channels
from apps.ingress.enrich.address import host_of
from apps.ingress.enrich.builtin import ChannelRow
from apps.ingress.enrich.spelling import canonical
from apps.ingress.models.tables import Category, TableRevision

ROWS_MAX = 200
TEXT_MAX_CHARS = 200


class OrganizationTables(models.Model):
    """What one organization has of its own. A change is a new row; the one with the highest version counts."""

    organization_id = models.PositiveBigIntegerField()
    version = models.PositiveIntegerField()
    campaign_parameters = models.JSONField(
        default=list, blank=True, help_text="Where a request names its campaign, in order; /in/ is the link's key."
    )
    channel_rules = models.JSONField(default=list, blank=True, help_text="Lines like those of the table of channels.")
    channels_replace = models.BooleanField(
        default=False, help_text="The lines stand instead of those that are built in, not before them."
    )
    own_domains = models.JSONField(
        default=list, blank=True, help_text="Domains that are the organization's, beside its verified ones."
    )
    revision = models.PositiveIntegerField(editable=False)
    written_by = models.CharField(max_length=254, blank=True)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("organization_id", "-version")
        verbose_name = verbose_name_plural = "organization tables"
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "version"], name="organization_tables_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} version {self.version}"

    def clean(self) -> None:
        if problems := organization_problems(self.campaign_parameters, self.channel_rules, self.own_domains):
            raise ValidationError(problems)

    @classmethod
    def latest(cls, organization_id: int) -> "OrganizationTables | None":
        return cls.objects.filter(organization_id=organization_id).order_by("-version").first()

    @classmethod
    @transaction.atomic
    def write(cls, organization_id: int, *, by: str, **changes: Any) -> "OrganizationTables":
        """The next version, as the last one but for `changes`. Errors: ValidationError, django.db.IntegrityError when
        somebody else wrote at the same time."""
        last = cls.latest(organization_id)
        row = cls(
            organization_id=organization_id,
            version=last.version + 1 if last else 1,
            campaign_parameters=last.campaign_parameters if last else [],
            channel_rules=last.channel_rules if last else [],
            channels_replace=last.channels_replace if last else False,
            own_domains=last.own_domains if last else [],
            written_by=by,
        )
        for name, value in changes.items():
            setattr(row, name, value)
        row.revision = TableRevision.bump(f"organization {organization_id}", by=by)
        row.full_clean()
        row.save()
        return row


def organization_problems(parameters: Any, rules: Any, domains: Any) -> dict[str, str]:
    """What is wrong with an organization's own tables, by field; empty when nothing is."""
    problems = {}
    if not _are_texts(parameters) or any(canonical(name) != name or len(name) > 60 for name in parameters):
        problems["campaign_parameters"] = "Give a list of names in lower case, such as /in/, campaign, utm_id."
    if not _are_texts(domains) or any(host_of(name) != name or "." not in name for name in domains):
        problems["own_domains"] = "Give a list of domains, such as example.com, without https:// and paths."
    if not isinstance(rules, list) or len(rules) > ROWS_MAX:
        problems["channel_rules"] = f"Give a list of at most {ROWS_MAX} lines."
    else:
        bad = [f"line {n}: {words}" for n, rule in enumerate(rules, start=1) if (words := _wrong_with(rule))]
        if bad:
            problems["channel_rules"] = "; ".join(bad)
    return problems


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= ROWS_MAX and all(isinstance(one, str) and one for one in value)


def _wrong_with(rule: Any) -> str:
    """What is wrong with one line of an organization's channels."""
    if not isinstance(rule, dict) or not rule.get("channel"):
        return "name its channel"
    if unknown := set(rule) - set(ChannelRow._fields):
        return f"there is no {', '.join(sorted(map(str, unknown)))}"
    if rule.get("category", "") not in ("", *Category.values):
        return f"category is one of {', '.join(Category.values)}"
    if rule.get("ad_paid") not in (None, True, False):
        return "ad_paid is true, false or null"
    return _wrong_with_patterns(rule)


def _wrong_with_patterns(rule: dict[str, Any]) -> str:
    texts = [value for name, value in rule.items() if name not in ("ad_paid", "category")]
    if not all(isinstance(text, str) and len(text) <= TEXT_MAX_CHARS for text in texts):
        return f"patterns are texts of at most {TEXT_MAX_CHARS} characters"
    try:
        channels.compiled(ChannelRow(**rule))
    except channels.BadPattern as error:
        return f"RE2 does not take this pattern: {error}"
    return ""
