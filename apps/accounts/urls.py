from django.urls import path

from apps.accounts import api_schema, domain_views, views

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
    path("settings/api-keys/<slug:key_id>/revoke", views.revoke_api_key, name="revoke-api-key"),
    path("organizations/new", views.new_organization, name="new-organization"),
    path("organizations/switch", views.switch_organization, name="switch-organization"),
]
