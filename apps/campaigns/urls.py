from django.urls import include, path

from apps.campaigns.deeds import DEEDS
from apps.campaigns.views import builder, campaigns, links, versions, wizard

app_name = "campaigns"

urlpatterns = [
    path("campaigns", campaigns.campaigns, name="campaigns"),
    path("campaigns/-/change", campaigns.change_campaigns, name="change-campaigns"),
    path("campaigns/new", wizard.new, name="new"),
    path("campaigns/<slug:key>", campaigns.campaign, name="campaign"),
    path("campaigns/<slug:key>/setup/<slug:step>", wizard.wizard, name="wizard"),
    path("campaigns/<slug:key>/links", campaigns.campaign_links, name="campaign-links"),
    path("campaigns/<slug:key>/links/new", campaigns.new_campaign_link, name="new-campaign-link"),
    path("campaigns/<slug:key>/conversions", campaigns.campaign_conversions, name="campaign-conversions"),
    path("campaigns/<slug:key>/cost", campaigns.campaign_cost, name="campaign-cost"),
    path("campaigns/<slug:key>/compare", campaigns.compare, name="compare"),
    path("campaigns/<slug:key>/rules", builder.rules, name="rules"),
    path("campaigns/<slug:key>/rules/-/change", builder.change_rules, name="change-rules"),
    path("campaigns/<slug:key>/rules/<slug:part>", builder.rules_part, name="rules-part"),
    path("campaigns/<slug:key>/dry-run", builder.dry_run, name="dry-run"),
    path("campaigns/<slug:key>/publish", versions.publish, name="publish"),
    path("campaigns/<slug:key>/versions", versions.versions, name="versions"),
    path("campaigns/<slug:key>/versions/<int:number>", versions.version, name="version"),
    path("campaigns/<slug:key>/versions/<int:number>/restore", versions.restore, name="restore"),
    *(path(f"campaigns/<slug:key>/{deed}", campaigns.change_campaign, {"deed": deed}, name=deed) for deed in DEEDS),
    path("links", links.links, name="links"),
    path("links/new", links.new_link, name="new-link"),
    path("links/<slug:key>", links.link, name="link"),
    path("links/<slug:key>/change", links.change_link, name="change-link"),
    path("links/<slug:key>/pause", links.pause_link, name="pause-link"),
    path("links/<slug:key>/resume", links.resume_link, name="resume-link"),
    path("links/<slug:key>/qr.<slug:kind>", links.link_qr, name="link-qr"),
    path("api/v1/", include("apps.campaigns.api.urls")),
]
