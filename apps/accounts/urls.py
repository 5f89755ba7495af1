from django.urls import path

from apps.accounts import api_schema, audit_views, domain_views, invitation_views, member_views, sessions, views
from apps.accounts.warden import views as warden_views

app_name = "accounts"
# Imported here because drf-spectacular only knows the schemes somebody has imported.
API_SCHEME = api_schema.KeyScheme

urlpatterns = [
    path("settings", views.organization, name="settings"),
    path("settings", views.organization, name="organization"),
    path("settings/change", views.change_organization, name="change-organization"),
    path("settings/domains", domain_views.domain_list, name="domains"),
    path("settings/domains/add", domain_views.add_domain, name="add-domain"),
    path("settings/domains/<int:domain_id>/check", domain_views.check_domain, name="check-domain"),
    path("settings/domains/<int:domain_id>/change", domain_views.change_domain, name="change-domain"),
    path("settings/domains/<int:domain_id>/remove", domain_views.remove_domain, name="remove-domain"),
    path("settings/signing", views.signing, name="signing"),
    path("settings/signing/show", views.show_link_secret, name="show-link-secret"),
    path("settings/signing/replace", views.replace_link_secret, name="replace-link-secret"),
    path("settings/api-keys", views.api_keys, name="api-keys"),
    path("settings/api-keys/create", views.create_api_key, name="create-api-key"),
    path("settings/api-keys/<slug:key_id>/rotate", views.rotate_api_key, name="rotate-api-key"),
    path("settings/api-keys/<slug:key_id>/revoke", views.revoke_api_key, name="revoke-api-key"),
    path("settings/members", member_views.members, name="members"),
    path("settings/members/<int:member_id>/role", member_views.change_role, name="change-role"),
    path("settings/members/<int:member_id>/remove", member_views.remove_member, name="remove-member"),
    path("settings/invitations/new", member_views.invite, name="invite"),
    path("settings/invitations/<int:invitation_id>/send", member_views.resend_invitation, name="resend-invitation"),
    path(
        "settings/invitations/<int:invitation_id>/withdraw",
        member_views.withdraw_invitation,
        name="withdraw-invitation",
    ),
    path("invitations/<slug:token>", invitation_views.invitation, name="invitation"),
    # In front of allauth's own, which would send the browser on in a way our policy forbids.
    path("accounts/oidc/<slug:provider_id>/login/", warden_views.start, name="warden-sign-in"),
    path("warden/session", warden_views.exchange, name="warden-session"),
    path("settings/audit", audit_views.audit, name="audit"),
    path("sessions/<int:session_id>/end", sessions.end_session, name="end-session"),
    path("organizations/new", views.new_organization, name="new-organization"),
    path("organizations/leave", member_views.leave, name="leave"),
    path("organizations/switch", views.switch_organization, name="switch-organization"),
]
