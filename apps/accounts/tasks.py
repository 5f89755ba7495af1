"""What runs by itself for accounts."""

from celery import shared_task
from django.utils import timezone

from apps.accounts.models import AuditEntry


@shared_task  # type: ignore[untyped-decorator]
def forget_audit() -> None:
    """Deletes entries of the audit that need not be kept any more. May run late, and twice."""
    AuditEntry.objects.forget(timezone.now())
