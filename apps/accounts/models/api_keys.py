"""What programs carry: API keys."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction

from apps.accounts.models.members import Membership
from apps.accounts.models.organizations import Organization
from apps.accounts.models.people import User
from apps.accounts.roles import Scope

TOKEN_PREFIX = "trl_live_"  # noqa: S105 - the part every token shares
LAST_USED_EVERY = timedelta(minutes=1)


def new_key_id() -> str:
    return secrets.token_hex(6)


class CannotRotate(Exception):
    """Carries the sentence for people."""


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, member: Membership) -> "ApiKeyQuerySet":
        return self.filter(organization_id=member.organization_id)


class ApiKey(models.Model):
    """A program's credential. The token is shown once; we keep a hash of its secret, which no dictionary can reach."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    key_id = models.CharField(max_length=32, unique=True, default=new_key_id, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope))
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    replaces = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="replaced_by"
    )

    objects: ClassVar[ApiKeyQuerySet] = ApiKeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=Scope.values, scopes__len__gt=0), name="api_key_scopes_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def prefix(self) -> str:
        """The part of the token that may be shown."""
        return f"{TOKEN_PREFIX}{self.key_id}"

    @classmethod
    def issue(
        cls,
        organization: Organization,
        *,
        name: str,
        scopes: list[str],
        created_by: User | None = None,
        expires_at: datetime | None = None,
        replaces: "ApiKey | None" = None,
    ) -> tuple["ApiKey", str]:
        """A stored key and its token, which cannot be had again."""
        secret = secrets.token_hex(32)
        key = cls.objects.create(
            organization=organization,
            name=name,
            scopes=scopes,
            created_by=created_by,
            expires_at=expires_at,
            replaces=replaces,
            secret_hash=hash_of(secret),
        )
        return key, f"{key.prefix}_{secret}"

    @classmethod
    def authenticate(cls, token: str, now: datetime) -> "ApiKey | None":
        """The key this token opens, its organization loaded; None for anything wrong, without saying what."""
        key_id, _, secret = token.removeprefix(TOKEN_PREFIX).partition("_")
        if not token.startswith(TOKEN_PREFIX) or "\0" in token:
            return None
        key = cls.objects.select_related("organization").filter(key_id=key_id).first()
        # Hashed and compared even when there is no such key: the time must not tell.
        matches = secrets.compare_digest(hash_of(secret), key.secret_hash if key else "")
        return key if key and matches and key.is_valid(now) else None

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def allows(self, scope: str) -> bool:
        return scope in self.scopes

    def revoke(self, now: datetime) -> None:
        """Ends the key; revoking again keeps the first moment."""
        ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)
        self.refresh_from_db(fields=["revoked_at"])

    @transaction.atomic
    def rotate(self, overlap: timedelta, *, by: User, now: datetime) -> tuple["ApiKey", str]:
        """A key that takes this one's place, and its token. This one goes on for `overlap`, so that programs can be told one by
        one.

        The new one may the same and lives as long as this was to live. Errors: CannotRotate, when this has ended or was replaced.
        """
        old = ApiKey.objects.select_for_update().get(pk=self.pk)
        if not old.is_valid(now) or ApiKey.objects.filter(replaces=old).exists():
            raise CannotRotate(f"{old.name} has ended, or has been replaced already.")
        ends_at = old.expires_at and now + (old.expires_at - old.created_at)
        new, token = ApiKey.issue(
            old.organization, name=old.name, scopes=old.scopes, created_by=by, expires_at=ends_at, replaces=old
        )
        if overlap:
            old.expires_at = min(old.expires_at or now + overlap, now + overlap)
            old.save(update_fields=["expires_at"])
        else:
            old.revoke(now)
        return new, token

    def note_use(self, now: datetime) -> None:
        """Remembers that the key was used, to the minute: one write a minute, however busy the program."""
        if self.last_used_at is None or now - self.last_used_at >= LAST_USED_EVERY:
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
