"""The addresses of the API, under `/api/v1/`."""

from django.urls import path

from apps.campaigns.api import campaigns, links, versions

urlpatterns = [
    path("campaigns", campaigns.CampaignList.as_view(), name="api-campaigns"),
    path("campaigns/<slug:key>", campaigns.CampaignDetail.as_view(), name="api-campaign"),
    path("campaigns/<slug:key>/rules", campaigns.CampaignRules.as_view(), name="api-rules"),
    path("campaigns/<slug:key>/versions", versions.VersionList.as_view(), name="api-versions"),
    path("campaigns/<slug:key>/versions/<int:number>", versions.VersionDetail.as_view(), name="api-version"),
    path("campaigns/<slug:key>/publish", versions.Publish.as_view(), name="api-publish"),
    path("campaigns/<slug:key>/restore", versions.Restore.as_view(), name="api-restore"),
    path("campaigns/<slug:key>/clone", versions.Clone.as_view(), name="api-clone"),
    *(
        path(f"campaigns/<slug:key>/{name}", view.as_view(), name=f"api-{name}")
        for name, view in versions.VIEWS.items()
    ),
    path("links", links.LinkList.as_view(), name="api-links"),
    path("links/<slug:key>", links.LinkDetail.as_view(), name="api-link"),
    path("links/<slug:key>/pause", links.LinkPause.as_view(), name="api-pause-link"),
    path("links/<slug:key>/resume", links.LinkResume.as_view(), name="api-resume-link"),
]
