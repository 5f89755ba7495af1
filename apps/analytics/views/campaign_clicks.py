"""What came through a campaign, one by one: the test click of the wizard, and the conversions."""

from django.http import HttpResponse
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.analytics import words
from apps.analytics.campaign_report import names_in
from apps.analytics.forms import ReportForm
from apps.analytics.page import Question, render_part, report
from apps.analytics.reports.campaign_clicks import newest_routed
from apps.analytics.reports.campaign_conversions import campaign_conversions as conversions_of
from apps.attribution.models import Conversion
from apps.campaigns.access import campaign_for

CLICKS = 5
CONVERSIONS = 50
# Opening a tracked link in a browser makes more than one request at times: the person is what is waited for.
SHOWN_FIRST = "human"


@report("the test click", failed="analytics/_test_click_failed.html")
def campaign_test_click(request: MemberRequest, key: str) -> HttpResponse:
    """Asks again by itself until a request that this version routed is stored; then says where it went and why."""
    campaign = campaign_for(request.member, key)
    question = Question.read(request, ReportForm, now=timezone.now())
    version = campaign.version
    clicks = newest_routed(question.warehouse, campaign.pk, version.created_at, limit=CLICKS) if version else []
    clicks.sort(key=lambda click: click.kind != SHOWN_FIRST)
    document = version.document if version else campaign.draft
    context = {
        "question": question,
        "campaign": campaign,
        "clicks": [
            {
                "event": click,
                "kind": words.KINDS.get(click.kind, click.kind),
                "reason": words.REASONS.get(click.reason, click.reason),
                "rule": names_in(document, "rules").get(str(click.rule_id), ""),
                "destination": names_in(document, "destinations").get(str(click.destination_id), ""),
            }
            for click in clicks
        ],
        "retry_url": request.get_full_path(),
    }
    return render_part(request, "analytics/_test_click.html", context, title="Test click")


@report("the conversions of this campaign")
def campaign_conversions(request: MemberRequest, key: str) -> HttpResponse:
    campaign = campaign_for(request.member, key)
    question = Question.read(request, ReportForm, now=timezone.now())
    found = conversions_of(question.warehouse, campaign.pk, question.span, limit=CONVERSIONS + 1)
    rows = Conversion.objects.visible_to(request.member).filter(pk__in=found[:CONVERSIONS]).select_related("network")
    context = {
        "question": question,
        "campaign": campaign,
        "conversions": rows.order_by("-happened_at", "-id"),
        "is_cut": len(found) > CONVERSIONS,
    }
    return render_part(
        request, "analytics/_campaign_conversions.html", context, title=f"Conversions of {campaign.name}"
    )
