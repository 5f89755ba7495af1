"""What programs were answered, so that asking twice is done once."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from rest_framework.utils.encoders import JSONEncoder

from apps.accounts.models import Organization

KEPT_FOR = timedelta(days=1)
IDEMPOTENCY_KEY_MAX_CHARS = 255


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def forget(self, organization_id: int, now: datetime) -> None:
        self.filter(organization_id=organization_id, created_at__lt=now - KEPT_FOR).delete()


class KeptAnswer(models.Model):
    """The answer to a request with an Idempotency-Key. `digest` is of the request: the key is good for that one only.

    It is written in the transaction of what was done: there is never the one without the other.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=IDEMPOTENCY_KEY_MAX_CHARS)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True, encoder=JSONEncoder)
    created_at = models.DateTimeField()

    objects: ClassVar[KeptAnswerQuerySet] = KeptAnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="kept_answer_once")]
        indexes = [models.Index(fields=["organization", "created_at"], name="kept_answer_age")]

    def __str__(self) -> str:
        return self.key
