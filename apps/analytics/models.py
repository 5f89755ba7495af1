"""What people keep of the reports."""

from typing import ClassVar

from django.db import models

from apps.accounts.models import Membership, Organization, User
from apps.accounts.roles import Verb


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, member: Membership) -> "SavedViewQuerySet":
        """One's own and the shared ones of the organization one works for."""
        mine = models.Q(owner_id=member.user_id) | models.Q(is_shared=True)
        return self.filter(mine, organization_id=member.organization_id)

    def changeable_by(self, member: Membership) -> "SavedViewQuerySet":
        """One's own, and for those who manage the organization also what others share."""
        visible = self.visible_to(member)
        return visible if member.may(Verb.MANAGE) else visible.filter(owner_id=member.user_id)


class SavedView(models.Model):
    """A question of Explore under a name. `query` is the address after the question mark, so it means what the page means."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="saved_views")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=4000, blank=True)
    is_shared = models.BooleanField("shared", default=False, help_text="Everybody of the organization sees it.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "owner", "name"],
                name="saved_view_name_once",
                violation_error_message="You have a view of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name
