"""Staff's view of people and organizations. Secrets are not shown, not even to staff."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as their_sessions
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts import second_factor
from apps.accounts.models import ApiKey, AuditEntry, Domain, Membership, Organization, User
from apps.accounts.roles import Scope
from apps.accounts.warden import admin as warden_admin

WARDEN = warden_admin.WardenIssuerAdmin  # imported so that it is registered
# The same door as everybody: rate limits, verified address, second factor.
admin.site.login = second_factor.asked_at(secure_admin_login(admin.site.login))  # type: ignore[method-assign]


def _may_enter(request: HttpRequest) -> bool:
    person = request.user
    return person.is_active and person.is_staff and second_factor.is_proven(request)


admin.site.has_permission = _may_enter  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Trellis staff"


# allauth's own page shows, and lets people edit, the secret behind the second factor.
admin.site.unregister(Authenticator)
# And this one looks for people by a name that ours do not have. Switching a person off ends all their sessions.
admin.site.unregister(their_sessions.UserSession)


@admin.register(Authenticator)
class SecondFactorAdmin(AuthenticatorAdmin):  # type: ignore[misc]
    """Staff can see who has a second factor, and take it away from somebody who lost the phone."""

    fields = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__email",)
    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False


class NewPerson(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email",)


class ChangedPerson(UserChangeForm[User]):
    class Meta:
        model = User
        fields = "__all__"


class MembershipInline(admin.TabularInline[Membership, Organization]):
    model = Membership
    autocomplete_fields = ("user", "organization")
    extra = 0


class DomainInline(admin.TabularInline[Domain, Organization]):
    model = Domain
    fields = ("name", "serves_links", "verified_at")
    readonly_fields = ("verified_at",)
    extra = 0


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    form = ChangedPerson
    add_form = NewPerson
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "created_at")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin[Organization]):
    list_display = ("name", "key", "time_zone", "retention_days", "created_at")
    search_fields = ("name", "key", "domains__name")
    readonly_fields = ("created_at", "updated_at")
    inlines = (DomainInline, MembershipInline)


@admin.register(Domain)
class DomainAdmin(admin.ModelAdmin[Domain]):
    list_display = ("name", "organization", "serves_links", "verified_at")
    list_filter = (("verified_at", admin.EmptyFieldListFilter), "serves_links")
    list_select_related = ("organization",)
    search_fields = ("name", "organization__name", "organization__key")
    autocomplete_fields = ("organization",)
    readonly_fields = ("verified_at", "created_at")
    actions = ("mark_verified",)

    @admin.action(description="Mark verified")
    def mark_verified(self, request: HttpRequest, domains: QuerySet[Domain]) -> None:
        """One by one, so that a name somebody else holds does not keep the others waiting."""
        for domain in domains.filter(verified_at=None):
            try:
                with transaction.atomic():
                    domain.verify(timezone.now())
            except IntegrityError:
                self.message_user(request, f"{domain} is verified for another organization.", messages.ERROR)
            else:
                self.message_user(request, f"{domain} is verified.", messages.SUCCESS)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Membership]):
    list_display = ("user", "organization", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "user__name", "organization__name", "organization__key")
    autocomplete_fields = ("user", "organization")


class ChangedKey(forms.ModelForm[ApiKey]):
    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=forms.CheckboxSelectMultiple)


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin[ApiKey]):
    """Keys are issued on the settings page, where the token is shown once; staff can look, narrow and revoke."""

    form = ChangedKey
    list_display = ("name", "prefix", "organization", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("organization",)
    search_fields = ("name", "key_id", "organization__name", "organization__key")
    fields = ("name", "prefix", "organization", "scopes", "expires_at", "revoked_at", "last_used_at", "created_by")
    readonly_fields = ("prefix", "organization", "revoked_at", "last_used_at", "created_by")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        for key in keys:
            key.revoke(timezone.now())
        self.message_user(request, "Revoked. Programs that use them are refused from now on.", messages.SUCCESS)


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin[AuditEntry]):
    """Staff look, in every organization; the table itself lets nobody change it."""

    list_display = ("at", "deed", "noun", "row_id", "named", "organization_id", "user_id", "program", "task", "address")
    list_filter = ("deed", "noun")
    search_fields = ("=row_id", "=request_id", "named")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
