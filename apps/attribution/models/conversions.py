"""Conversions, the postbacks booked into them, and every row that was ever written of them, in PostgreSQL."""

from decimal import Decimal
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from apps.accounts.belonging import Insider
from apps.accounts.models import Organization
from apps.attribution.maps import Status
from apps.attribution.models.networks import Network, NetworkVersion

ZERO = Decimal(0)


class MoneyField(models.DecimalField[Decimal, Decimal]):
    """An amount, as precise as the columns in ClickHouse."""

    def __init__(self, *arguments: object, **options: object) -> None:
        options = {"max_digits": 18, "decimal_places": 4, "default": ZERO, **options}
        super().__init__(*arguments, **options)  # type: ignore[arg-type]


class EventIdField(models.DecimalField[int, int]):
    """The id of an event, 0 for none. Those of imported events use the 64th bit, and PostgreSQL has no unsigned numbers."""

    def __init__(self, *arguments: object, **options: object) -> None:
        options = {"max_digits": 20, "decimal_places": 0, "default": 0, **options}
        super().__init__(*arguments, **options)  # type: ignore[arg-type]

    def from_db_value(self, value: Decimal | None, *_: object) -> int | None:
        return None if value is None else int(value)


class ConversionQuerySet(models.QuerySet["Conversion"]):
    def visible_to(self, member: Insider) -> "ConversionQuerySet":
        """Without those that no postback tells of any more."""
        return self.filter(organization_id=member.organization_id, emptied_at=None)

    def orphans(self) -> "ConversionQuerySet":
        """Those whose click is not found, or was never named."""
        return self.filter(clicked_at=None)


class Conversion(models.Model):
    """What a click was for, as its postbacks tell it so far: derived from its bookings, and from nothing else.

    Known for ever by network, transaction and goal; where a network names no transaction, by click and goal. Amounts but `payout`
    are in the organization's currency. A conversion without a click is an orphan; `problem` says why, and when it is looked for
    again stands in `match_due_at`.
    """

    class Problem(models.TextChoices):
        NONE = "", "none"
        NO_CLICK_ID = "no_click_id", "no click id was sent"
        GARBLED = "click_id_garbled", "the click id was garbled on the way, or is none of ours"
        UNKNOWN = "click_unknown", "a click id of ours, but no such click is stored"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="conversions")
    network = models.ForeignKey(Network, on_delete=models.RESTRICT, related_name="conversions")
    txid = models.CharField("transaction", max_length=200, blank=True)
    click = models.CharField("click id", max_length=200, blank=True, help_text="As we sent it out, or as it came back.")
    goal = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status)
    happened_at = models.DateTimeField(help_text="When its first postback came.")
    changed_at = models.DateTimeField()
    payout = MoneyField(help_text="What the network says, in its currency; rebills included.")
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8, default=ZERO, help_text="0 when none is known.")
    rate_on = models.DateField(help_text="The day of the rate.")
    revenue = MoneyField()
    pending = MoneyField()
    cost = MoneyField()
    sales = models.PositiveIntegerField(default=0)
    event_id = EventIdField(help_text="Of the click id; 0 when it is none of ours.")
    clicked_at = models.DateTimeField(null=True, blank=True, help_text="Of the matched click.")
    problem = models.CharField(max_length=20, choices=Problem, blank=True, default=Problem.NONE)
    match_tries = models.PositiveSmallIntegerField(default=0)
    match_due_at = models.DateTimeField(null=True, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True, help_text="When a rebooking left it without postbacks.")

    objects: ClassVar[ConversionQuerySet] = ConversionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-happened_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "network", "txid", "goal"], condition=~Q(txid=""), name="conversion_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "network", "click", "goal"],
                condition=Q(txid=""),
                name="conversion_once_a_click",
            ),
            models.CheckConstraint(condition=~Q(txid="", click=""), name="conversion_is_known_by_something"),
        ]
        indexes = [
            models.Index(
                "organization", models.F("happened_at").desc(), models.F("id").desc(), name="conversion_newest"
            ),
            models.Index(
                "organization", models.F("happened_at").desc(), name="conversion_orphans", condition=Q(clicked_at=None)
            ),
            models.Index("match_due_at", name="conversion_to_match", condition=Q(match_due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.txid or self.click

    @property
    def has_no_rate(self) -> bool:
        """Its money is kept, and counts for nothing while nobody says what the currency is worth."""
        return not self.rate


class Booking(models.Model):
    """What became of one accepted postback: how it was read, and what that changed. One for each, made anew by a rebooking."""

    class Outcome(models.TextChoices):
        NEW = "new"
        CHANGED = "changed"
        DUPLICATE = "duplicate"
        ORPHAN = "orphan"
        REFUSED = "refused"

    postback_id = models.BigIntegerField(unique=True)
    received_at = models.DateTimeField()
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="bookings")
    version = models.ForeignKey(NetworkVersion, on_delete=models.RESTRICT, related_name="bookings")
    conversion = models.ForeignKey(Conversion, on_delete=models.SET_NULL, null=True, related_name="bookings")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.TextField(help_text="In words, for people.")
    claim = models.JSONField(encoder=DjangoJSONEncoder, help_text="What the postback says, in our words.")
    booked_at = models.DateTimeField()

    class Meta:
        ordering = ("-postback_id",)
        indexes = [models.Index("network", models.F("postback_id").desc(), name="booking_newest")]

    def __str__(self) -> str:
        return f"{self.postback_id}: {self.outcome}"


class ConversionChange(models.Model):
    """One row of the table `conversions` in ClickHouse, decided together with what it follows from, and stored there later.

    A row is never changed. `sign` -1 takes back the row `takes_back`, on the same conversion. `line` is empty for the conversion
    itself and names the rebill otherwise. `batch` is the rows it is stored with, always the same ones.
    """

    conversion = models.ForeignKey(Conversion, on_delete=models.CASCADE, related_name="changes")
    number = models.PositiveIntegerField()
    sign = models.SmallIntegerField()
    takes_back = models.PositiveIntegerField(default=0)
    line = models.CharField(max_length=32, blank=True)
    status = models.CharField(max_length=10, choices=Status)
    reason = models.CharField(max_length=20)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    payout = MoneyField()
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    rate_on = models.DateField()
    cost = MoneyField(help_text="In the same currency as the payout.")
    event_id = EventIdField(help_text="0 when no click was matched.")
    clicked_at = models.DateTimeField(null=True, blank=True)
    batch = models.BigIntegerField(null=True, blank=True)
    stored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("conversion_id", "number")
        verbose_name = "conversion change"
        constraints = [
            models.UniqueConstraint(fields=["conversion", "number"], name="change_once"),
            models.UniqueConstraint(
                fields=["conversion", "takes_back"], condition=Q(sign=-1), name="change_taken_back_once"
            ),
            models.CheckConstraint(condition=Q(sign__in=(1, -1)), name="change_has_a_sign"),
        ]
        indexes = [models.Index("batch", "id", name="change_to_store", condition=Q(stored_at=None))]

    def __str__(self) -> str:
        return f"{self.conversion_id}.{self.number}"
