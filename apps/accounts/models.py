"""People, the organizations they work in, and the keys their programs carry."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower

from apps.accounts import roles
from apps.accounts.currencies import CurrencyField, refuse_another_currency
from apps.accounts.fields import HostNameField, LowerCaseEmailField, validate_time_zone, web_address
from apps.accounts.roles import Role, Scope, Verb

TOKEN_PREFIX = "trl_live_"  # noqa: S105 - the part every token shares
LAST_USED_EVERY = timedelta(minutes=1)
RETENTION_MAX_DAYS = 36_500


def new_link_secret() -> str:
    return secrets.token_hex(32)


def new_key_id() -> str:
    return secrets.token_hex(6)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), password=make_password(password), **fields)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address."""

    email = LowerCaseEmailField(unique=True, error_messages={"unique": "There is already a person with this address."})
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(
        default=True, help_text="Switch off instead of deleting: the person cannot sign in."
    )
    is_staff = models.BooleanField(default=False, help_text="May use this admin.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ("email",)
        constraints = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case")]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0] or self.email


class Organization(models.Model):
    """Everything belongs to one. `key` is public; `link_secret` signs `to=`, and only who manages may see it."""

    key = models.CharField(
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", "Lower-case letters and digits, words joined by -.")],
    )
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    retention_days = models.PositiveIntegerField(
        "keep events for",
        default=730,
        validators=[MaxValueValidator(RETENTION_MAX_DAYS)],
        help_text="Days. Older events are deleted for good; 0 keeps them for ever.",
    )
    currency = CurrencyField(help_text="All money is shown in it. It stays once a conversion or a cost is booked.")
    money_since = models.DateTimeField(null=True, editable=False, help_text="When the first money was booked.")
    link_secret = models.CharField(max_length=64, default=new_link_secret, editable=False)
    default_destination = models.CharField(
        max_length=2000,
        blank=True,
        validators=[web_address],
        help_text="Where /in leads when it names no link and no destination.",
    )
    safe_url = models.CharField(
        "safe page",
        max_length=2000,
        blank=True,
        validators=[web_address],
        help_text="Where a click goes that we refuse to send on. Empty: a plain page of ours.",
    )
    is_generated = models.BooleanField(
        "filled with generated clicks",
        default=False,
        editable=False,
        help_text="Every page of it says so. Set by what fills it, never by hand.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "id")
        constraints = [models.CheckConstraint(condition=models.Q(currency__regex="^[A-Z]{3}$"), name="currency_code")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_another_currency(self.currency, Organization.objects.filter(pk=self.pk, money_since__isnull=False))

    def replace_link_secret(self) -> None:
        self.link_secret = new_link_secret()
        self.save(update_fields=["link_secret", "updated_at"])


class Domain(models.Model):
    """A host name an organization says is its own; it covers its subdomains too, and counts once it is verified.

    Anybody may claim a name, only one organization can have it verified: a claim must neither block nor betray another.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="domains")
    name = HostNameField(max_length=253)
    verified_at = models.DateTimeField(null=True, blank=True)
    serves_links = models.BooleanField(
        default=False, help_text="Tracked links on this host belong to the organization."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="domain_once_per_organization",
                violation_error_message="This domain is already on the list.",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(verified_at__isnull=False),
                name="domain_verified_once",
                violation_error_message="This domain is verified for another organization.",
            ),
            models.CheckConstraint(condition=models.Q(name=Lower("name")), name="domain_name_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name

    def verify(self, now: datetime) -> None:
        self.verified_at = now
        self.save(update_fields=["verified_at"])


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, person: User) -> "MembershipQuerySet":
        """The person's memberships with their organizations, the oldest first."""
        return self.filter(user=person).select_related("organization", "user").order_by("created_at", "id")


class Membership(models.Model):
    """A person in an organization, with one role. Pages call it the member."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("organization", "user")
        constraints = [
            models.UniqueConstraint(fields=["user", "organization"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}"

    def may(self, verb: str) -> bool:
        return roles.may(self.role, verb)

    # Templates cannot hand a verb to `may`.
    @property
    def may_write(self) -> bool:
        return self.may(Verb.WRITE)

    @property
    def may_manage(self) -> bool:
        return self.may(Verb.MANAGE)


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
    ) -> tuple["ApiKey", str]:
        """A stored key and its token, which cannot be had again."""
        secret = secrets.token_hex(32)
        key = cls.objects.create(
            organization=organization,
            name=name,
            scopes=scopes,
            created_by=created_by,
            expires_at=expires_at,
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

    def note_use(self, now: datetime) -> None:
        """Remembers that the key was used, to the minute: one write a minute, however busy the program."""
        if self.last_used_at is None or now - self.last_used_at >= LAST_USED_EVERY:
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
