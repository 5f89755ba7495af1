from django.urls import include, path

from apps.attribution.views import costs, editions, networks, webhooks, wizard

app_name = "attribution"

urlpatterns = [
    path("api/v1/", include("apps.attribution.api.urls")),
    path("costs", costs.cost_uploads, name="costs"),
    path("costs/upload", costs.upload_costs, name="upload-costs"),
    path("costs/<int:upload_id>", costs.cost_upload, name="cost-upload"),
    path("costs/<int:upload_id>/apply", costs.apply_costs, name="apply-costs"),
    path("costs/<int:upload_id>/undo", costs.undo_costs, name="undo-costs"),
    path("costs/<int:upload_id>/discard", costs.discard_costs, name="discard-costs"),
    path("retroactive", editions.editions, name="retroactive"),
    path("retroactive/new", wizard.new, name="new-retroactive"),
    path("retroactive/begins", wizard.begins, name="history-begins"),
    path("retroactive/drafts/<int:draft_id>/discard", wizard.discard, name="discard-retroactive"),
    path("retroactive/drafts/<int:draft_id>/<slug:at>", wizard.step, name="retroactive-step"),
    path("retroactive/runs/<int:run_id>", editions.run, name="retroactive-run"),
    path("retroactive/runs/<int:run_id>/cancel", editions.cancel_run, name="cancel-retroactive"),
    path("retroactive/<int:number>", editions.edition, name="edition"),
    path("retroactive/<int:number>/revert", editions.revert, name="revert-edition"),
    path("settings/webhooks", webhooks.webhooks, name="webhooks"),
    path("settings/webhooks/new", webhooks.new_webhook, name="new-webhook"),
    path("settings/webhooks/<int:endpoint_id>", webhooks.webhook, name="webhook"),
    path("settings/webhooks/<int:endpoint_id>/change", webhooks.change_webhook, name="change-webhook"),
    path("settings/webhooks/<int:endpoint_id>/pause", webhooks.pause_webhook, name="pause-webhook"),
    path("settings/webhooks/<int:endpoint_id>/secret", webhooks.replace_webhook_secret, name="replace-webhook-secret"),
    path("settings/webhooks/<int:endpoint_id>/remove", webhooks.remove_webhook, name="remove-webhook"),
    path("settings/webhooks/<int:endpoint_id>/test", webhooks.test_webhook, name="test-webhook"),
    path(
        "settings/webhooks/<int:endpoint_id>/messages/<int:delivery_id>/send",
        webhooks.send_webhook_again,
        name="send-webhook-again",
    ),
    path("settings/networks", networks.networks, name="networks"),
    path("settings/networks/new", networks.new_network, name="new-network"),
    path("settings/networks/<int:network_id>", networks.network, name="network"),
    path("settings/networks/<int:network_id>/change", networks.change_network, name="change-network"),
    path("settings/networks/<int:network_id>/maps", networks.change_maps, name="change-maps"),
    path("settings/networks/<int:network_id>/pause", networks.pause_network, name="pause-network"),
    path("settings/networks/<int:network_id>/rebook", networks.rebook_network, name="rebook-network"),
    path("settings/networks/<int:network_id>/try", networks.try_postback, name="try-postback"),
]
