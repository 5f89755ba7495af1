"""Whom we believe: issuers of tokens, the organizations each may speak for, and the memberships that came of it."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models

from apps.accounts.locks import locked, opened
from apps.accounts.roles import Role
from apps.accounts.warden.asking import SecretLost
from apps.accounts.warden.places import validate_place

LEEWAY_MAX_S = 300
SECRET_MIN_CHARS = 32
PURPOSE = "warden"
SERVICE_KEY = RegexValidator(
    r"^wdn_sk_[a-z0-9_]{0,24}$", "Begins with wdn_sk_; small letters, digits and _ may follow."
)
ORIGIN = RegexValidator(
    r"^https?://[a-z0-9.-]+(:\d+)?$", "An origin such as https://portal.example.com, without a path."
)
# Only an owner makes owners.
HIGHEST = [(role.value, role.label) for role in (Role.ADMIN, Role.MARKETER, Role.VIEWER)]


class Family(models.TextChoices):
    """How an issuer's tokens are signed. An issuer has one: a public key must never be taken for a shared secret."""

    SECRET = "secret", "A shared secret (HS256)"
    JWKS = "jwks", "Keys it publishes (RS256, ES256, EdDSA)"


class WardenIssuer(models.Model):
    """Somebody whose tokens we believe, for the organizations listed with it and no others."""

    key = models.SlugField(max_length=32, unique=True, help_text="In addresses. It stays: people are known by it.")
    name = models.CharField(max_length=60, help_text='The button says "Sign in with …".')
    issuer = models.CharField(
        max_length=500, unique=True, help_text="The claim iss, to the letter. To sign in by browser: Warden's address."
    )
    audience = models.CharField(max_length=255, help_text="What the claim aud has to name: us.")
    family = models.CharField("signed with", max_length=8, choices=Family, default=Family.JWKS)
    jwks_url = models.CharField(
        "address of the keys", max_length=500, blank=True, validators=[validate_place], help_text="Of its JWKS."
    )
    locked_secret = models.TextField(blank=True, editable=False)
    leeway_s = models.PositiveSmallIntegerField(
        "leeway", default=30, validators=[MaxValueValidator(LEEWAY_MAX_S)], help_text="Seconds its clock may differ."
    )
    person_claim = models.CharField(max_length=100, default="sub")
    email_claim = models.CharField(max_length=100, default="email")
    name_claim = models.CharField(max_length=100, default="name")
    organization_claim = models.CharField(max_length=100, default="org")
    permissions_claim = models.CharField(max_length=100, default="permissions")
    words = models.JSONField(
        "permissions in our words",
        default=dict,
        blank=True,
        help_text='Where Warden says it otherwise: {"reports.view": "analytics:read", "boss": "trellis:admin"}.',
    )
    service_key_prefix = models.CharField(
        max_length=32, blank=True, validators=[SERVICE_KEY], help_text="Keys that begin so are asked about here."
    )
    introspection_url = models.CharField(
        "address that knows service keys", max_length=500, blank=True, validators=[validate_place]
    )
    signs_in = models.BooleanField("sign in by browser", default=False, help_text="Shows the button (OpenID Connect).")
    client_id = models.CharField(max_length=191, blank=True, help_text="Who we are at Warden.")
    locked_client_secret = models.TextField(blank=True, editable=False)
    exchanges_tokens = models.BooleanField(
        "tokens become sessions", default=False, help_text="A token may be posted for a session in the browser."
    )
    portal_origin = models.CharField(
        max_length=255, blank=True, validators=[ORIGIN], help_text="The site whose form may post a token."
    )
    is_active = models.BooleanField(default=True, help_text="Switched off, its tokens, keys and sessions end at once.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")
        verbose_name = "Warden issuer"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(family=Family.SECRET, jwks_url="")
                | (models.Q(family=Family.JWKS, locked_secret="") & ~models.Q(jwks_url="")),
                name="warden_one_family",
                violation_error_message="Either a shared secret or the address of keys, never both.",
            ),
            models.UniqueConstraint(
                fields=["service_key_prefix"],
                condition=~models.Q(service_key_prefix=""),
                name="warden_service_key_once",
                violation_error_message="Keys that begin so are another issuer's.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not isinstance(self.words, dict) or not all(isinstance(word, str) for word in self.words.values()):
            raise ValidationError({"words": "An object of words, theirs to ours."})
        if bool(self.service_key_prefix) != bool(self.introspection_url):
            raise ValidationError({"introspection_url": "Service keys need both: how they begin, and who knows them."})
        if self.signs_in:
            validate_place(self.issuer)
            if not self.client_id:
                raise ValidationError({"client_id": "Without it nobody can sign in by browser."})

    @property
    def secret(self) -> str:
        """Errors: SecretLost."""
        return self._opened(self.locked_secret)

    @property
    def client_secret(self) -> str:
        """Errors: SecretLost."""
        return self._opened(self.locked_client_secret)

    def keep_secrets(self, *, secret: str = "", client_secret: str = "") -> None:
        """Takes over those that are given; whoever calls this saves."""
        if secret:
            self.locked_secret = locked(secret, PURPOSE)
        if client_secret:
            self.locked_client_secret = locked(client_secret, PURPOSE)

    def _opened(self, text: str) -> str:
        try:
            return opened(text, PURPOSE) if text else ""
        except InvalidToken as error:
            raise SecretLost(f"the secret shared with {self.key} was locked under another SECRET_KEY") from error


class WardenOrganization(models.Model):
    """An organization an issuer may speak for, by the name the issuer has for it."""

    issuer = models.ForeignKey(WardenIssuer, on_delete=models.CASCADE, related_name="organizations")
    external_id = models.CharField("its name there", max_length=255, help_text="What the claim says.")
    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    highest = models.CharField(
        "at most",
        max_length=16,
        choices=Role,
        default=Role.MARKETER,
        help_text="No token makes anybody more than this.",
    )

    class Meta:
        ordering = ("issuer", "external_id")
        verbose_name = "Warden organization"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "external_id"], name="warden_external_id_once"),
            models.UniqueConstraint(fields=["issuer", "organization"], name="warden_organization_once"),
            models.CheckConstraint(
                condition=models.Q(highest__in=[role for role, _ in HIGHEST]), name="warden_highest_known"
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class WardenMembership(models.Model):
    """Says that a membership came of a token: its role follows what later ones permit."""

    issuer = models.ForeignKey(WardenIssuer, on_delete=models.CASCADE, related_name="+")
    membership = models.OneToOneField("accounts.Membership", on_delete=models.CASCADE, related_name="warden")

    class Meta:
        verbose_name = "Warden membership"

    def __str__(self) -> str:
        return f"{self.membership_id} by {self.issuer_id}"

    @classmethod
    def mark(cls, issuer: WardenIssuer, membership: Any) -> None:
        cls.objects.create(issuer=issuer, membership=membership)
