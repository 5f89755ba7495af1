"""What came of asking again whether labels are right."""

from django.db import models

from apps.accounts.models import Organization


class LabelCheck(models.Model):
    """The labels of one day (UTC) of one organization, checked: `events` in SQL, `read_again` of them in Python. The newest counts.

    `problem` says why the day could not be checked.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="label_checks")
    day = models.DateField()
    events = models.PositiveBigIntegerField(default=0)
    read_again = models.PositiveIntegerField(default=0)
    disagreements = models.PositiveBigIntegerField(default=0)
    examples = models.JSONField(default=list, blank=True, help_text="numbers of events, as text")
    problem = models.TextField(blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ("-day", "organization_id")
        constraints = [models.UniqueConstraint(fields=["organization", "day"], name="label_check_once_a_day")]

    def __str__(self) -> str:
        return f"{self.organization} {self.day}"
