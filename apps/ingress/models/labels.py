"""Which rules label what comes, as somebody above published them: ingress knows lines and numbers, and no campaign."""

from typing import ClassVar

from django.db import models


class LabelTableQuerySet(models.QuerySet["LabelTable"]):
    def newest(self) -> "LabelTableQuerySet":
        """What is in force: of each organization the row written last."""
        return self.order_by("organization_id", "-id").distinct("organization_id")


class LabelTable(models.Model):
    """The rules of one organization from `published_at` until its next row. `document` is described by `labels.parse`.

    Rows are only added; `edition` is what labels are written under.
    """

    organization_id = models.PositiveBigIntegerField()
    edition = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField()

    objects: ClassVar[LabelTableQuerySet] = LabelTableQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("organization_id", "-id")
        indexes = [models.Index(fields=["organization_id", "-id"], name="label_table_newest")]

    def __str__(self) -> str:
        return f"{self.organization_id} edition {self.edition}"
