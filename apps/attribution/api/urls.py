from django.urls import path

from apps.attribution.api import conversions, editions, runs, webhooks

urlpatterns = [
    path("conversions", conversions.ConversionList.as_view(), name="api-conversions"),
    path("conversions/<int:conversion_id>", conversions.ConversionDetail.as_view(), name="api-conversion"),
    path("runs", runs.RunList.as_view(), name="api-runs"),
    path("runs/preview", runs.RunPreview.as_view(), name="api-preview-run"),
    path("runs/<int:run_id>", runs.RunDetail.as_view(), name="api-run"),
    path("runs/<int:run_id>/cancel", runs.RunCancel.as_view(), name="api-cancel-run"),
    path("editions", editions.EditionList.as_view(), name="api-editions"),
    path("editions/<int:number>", editions.EditionDetail.as_view(), name="api-edition"),
    path("editions/<int:number>/revert", editions.EditionRevert.as_view(), name="api-revert-edition"),
    path("webhooks", webhooks.WebhookList.as_view(), name="api-webhooks"),
    path("webhooks/<int:endpoint_id>", webhooks.WebhookDetail.as_view(), name="api-webhook"),
]
