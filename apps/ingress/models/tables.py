"""The tables enrichment looks things up in, as staff and organizations change them. Empty ones mean: as built in."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

from apps.ingress.enrich import channels, referrers
from apps.ingress.enrich.builtin import ChannelRow, ReferrerRow
from apps.ingress.enrich.spelling import canonical


class TableRevision(models.Model):
    """One change of one table. Append-only; the numbers rise over all tables, so each names one state of them."""

    name = models.CharField(max_length=40, db_index=True)
    changed_by = models.CharField(max_length=254, blank=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @classmethod
    def bump(cls, name: str, *, by: str = "") -> int:
        """Say that table `name` is different now; its new number."""
        return cls.objects.create(name=name, changed_by=by).pk

    @classmethod
    def of(cls, name: str) -> int:
        """The number of a table's last change, 0 when it is as built in."""
        return cls.objects.filter(name=name).aggregate(number=models.Max("pk"))["number"] or 0


class Row(models.Model):
    """A row of a table: as it came with Trellis, changed since, out of a list somebody published, or of our own making."""

    class Origin(models.TextChoices):
        BUILTIN = "builtin", "built in"
        CHANGED = "changed", "built in, changed"
        LIST = "list", "from a list"
        OURS = "ours", "ours"

    origin = models.CharField(max_length=10, choices=Origin, default=Origin.OURS, editable=False, db_index=True)

    class Meta:
        abstract = True


class Referrer(Row):
    """Sites and apps people come from: who that is and what kind of place."""

    class Medium(models.TextChoices):
        SEARCH = "search"
        SOCIAL = "social"
        EMAIL = "email"
        AI = "ai", "AI assistant"
        VIDEO = "video"
        SHOPPING = "shopping"
        PAID = "paid", "paid (an ad server)"
        SPAM = "spam"
        OTHER = "other"

    pattern = models.CharField(
        max_length=200,
        unique=True,
        help_text="A host with all below it (example.com), with a path (example.com/news) or a parameter it must have "
        "(example.com?q). As the last label * is any public suffix (google.*), # stands for digits (mail#.example.com), "
        "and .** after a first label for the rest of any host (webmail.**). An app is its id.",
    )
    name = models.CharField(max_length=100, help_text="* names it after its domain.")
    medium = models.CharField(max_length=10, choices=Medium)
    terms = models.CharField(
        max_length=100, blank=True, help_text="Parameters that hold what was searched for, the first one given counts."
    )
    charsets = models.CharField(max_length=60, blank=True, help_text="What terms may be written in that are not UTF-8.")

    class Meta:
        ordering = ("pattern",)

    def __str__(self) -> str:
        return self.pattern

    def clean(self) -> None:
        """Writes the pattern in its one way, so that the same is not there twice."""
        self.pattern = (
            self.pattern.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")
        )
        self.terms = " ".join(self.terms.lower().split())
        try:
            referrers.parse(ReferrerRow(self.pattern, self.name, self.medium, self.terms, self.charsets))
        except referrers.BadPattern as error:
            raise ValidationError({"pattern": f"Nothing fits this: {error}."}) from error
        for charset in self.charsets.split():
            try:
                "".encode(charset)
            except LookupError as error:
                raise ValidationError({"charsets": f"Python knows no charset {charset!r}."}) from error


class AdClickParameter(Row):
    """A parameter that ad networks put on their links."""

    parameter = models.CharField(max_length=60, unique=True, help_text="In lower case; clicks may write it otherwise.")
    network = models.CharField(max_length=60, help_text="In lower case: google, meta.")
    medium = models.CharField(
        max_length=60, help_text="What such a click counts as that says nothing else: cpc, email."
    )
    is_paid = models.BooleanField(
        "paid", help_text="Its presence alone says that the click was paid for; Meta's fbclid, for one, does not."
    )
    priority = models.PositiveSmallIntegerField(default=100, help_text="Where a click has several, the lowest counts.")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("priority", "parameter")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parameter=models.functions.Lower("parameter")), name="ad_click_parameter_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.parameter

    def clean(self) -> None:
        self.parameter = canonical(self.parameter.strip())
        self.network = self.network.strip().lower()
        self.medium = self.medium.strip().lower()


class Category(models.TextChoices):
    SEARCH = "search"
    SOCIAL = "social"
    VIDEO = "video"
    SHOPPING = "shopping"
    AI = "ai", "AI assistant"


class SourceCategory(Row):
    """What kind of place a source is that somebody wrote into `utm_source`. Goes before what the referrers say of a host."""

    source = models.CharField(max_length=100, unique=True, help_text="In lower case: facebook, ig, news.google.com.")
    category = models.CharField(max_length=10, choices=Category)

    class Meta:
        ordering = ("source",)
        verbose_name_plural = "source categories"

    def __str__(self) -> str:
        return self.source

    def clean(self) -> None:
        self.source = self.source.strip().lower()


class ChannelRule(Row):
    """One line of the table of channels. What is given must all fit; the first line that fits names the channel."""

    position = models.PositiveIntegerField(validators=[MinValueValidator(1)], help_text="Lines are tried from 1 on.")
    channel = models.CharField(max_length=60)
    source = models.CharField(max_length=200, blank=True, help_text="A pattern (RE2) that the whole source fits.")
    medium = models.CharField(max_length=200, blank=True, help_text="A pattern (RE2) that the whole medium fits.")
    campaign = models.CharField(max_length=200, blank=True, help_text="A pattern (RE2) that the whole campaign fits.")
    category = models.CharField(max_length=10, choices=Category, blank=True)
    ad_paid = models.BooleanField("paid ad click", null=True, blank=True, help_text="What the ad click id says of it.")

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.position} {self.channel}"

    def clean(self) -> None:
        problems = {}
        for name in ("source", "medium", "campaign"):
            try:
                channels.compiled(ChannelRow(self.channel, **{name: getattr(self, name)}))
            except channels.BadPattern as error:
                problems[name] = f"RE2 does not take this pattern: {error}."
        if problems:
            raise ValidationError(problems)
