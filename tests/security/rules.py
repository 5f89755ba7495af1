"""Who may ask what of every address: one line each. An address without a line fails `test_every_address_has_a_rule`."""

from enum import Enum

from apps.accounts.roles import TABLE, Role, Scope, Verb

GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")


class Who(Enum):
    ANYBODY = "anybody"
    PERSON = "whoever has signed in"
    MEMBER = "members"
    WRITER = "members who may write"
    MANAGER = "members who may manage"
    OWNER = "owners"
    STAFF = "staff"
    PERMITTED = "staff with permission for the model"
    PROGRAM = "programs with analytics:read"
    READING_PROGRAM = "programs with campaigns:read"
    WRITING_PROGRAM = "programs with campaigns:write"
    KEEPING_PROGRAM = "programs that read with campaigns:read, and write with campaigns:write"
    SETTING_PROGRAM = "programs with settings:write"


# The verb of the one table that each of these asks for.
ASKS = {Who.MEMBER: Verb.READ, Who.WRITER: Verb.WRITE, Who.MANAGER: Verb.MANAGE, Who.OWNER: Verb.OWN}
ALLOWED = {
    Who.PERSON: set(Role),
    **{who: set(TABLE[verb].roles) for who, verb in ASKS.items()},
    Who.STAFF: set(),
    Who.PERMITTED: set(),
}
# The scope that opens each, to read and to write.
OPENS = {
    Who.PROGRAM: (Scope.ANALYTICS_READ, Scope.ANALYTICS_READ),
    Who.READING_PROGRAM: (Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_READ),
    Who.WRITING_PROGRAM: (Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_WRITE),
    Who.KEEPING_PROGRAM: (Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_WRITE),
    Who.SETTING_PROGRAM: (Scope.SETTINGS_WRITE, Scope.SETTINGS_WRITE),
}

OURS: dict[str, tuple[Who, tuple[str, ...]]] = {
    "healthz": (Who.ANYBODY, GET),
    "readyz": (Who.ANYBODY, GET),
    "metrics": (Who.ANYBODY, GET),  # the proxy in front answers 404 to the outside
    "api/schema/": (Who.ANYBODY, GET),
    "api/docs/": (Who.ANYBODY, GET),
    "invitations/<slug:token>": (Who.ANYBODY, BOTH),  # who has the link may look, who has the address may join
    "accounts/oidc/<slug:provider_id>/login/": (Who.ANYBODY, BOTH),
    "warden/session": (Who.ANYBODY, POST),  # with a token of Warden's
    "organizations/new": (Who.PERSON, BOTH),
    "organizations/leave": (Who.PERSON, POST),
    "sessions/<int:session_id>/end": (Who.PERSON, POST),
    "organizations/switch": (Who.PERSON, POST),
    "settings": (Who.MEMBER, GET),
    "settings/change": (Who.MANAGER, POST),
    "settings/members": (Who.MEMBER, GET),
    "settings/members/<int:member_id>/role": (Who.MANAGER, POST),
    "settings/members/<int:member_id>/remove": (Who.MANAGER, POST),
    "settings/invitations/new": (Who.MANAGER, POST),
    "settings/invitations/<int:invitation_id>/send": (Who.MANAGER, POST),
    "settings/invitations/<int:invitation_id>/withdraw": (Who.MANAGER, POST),
    "settings/domains": (Who.MEMBER, GET),
    "settings/domains/add": (Who.MANAGER, POST),
    "settings/domains/<int:domain_id>/check": (Who.MANAGER, POST),
    "settings/domains/<int:domain_id>/change": (Who.MANAGER, POST),
    "settings/domains/<int:domain_id>/remove": (Who.MANAGER, POST),
    "settings/networks": (Who.MEMBER, GET),
    "settings/networks/new": (Who.MANAGER, POST),
    "settings/networks/<int:network_id>": (Who.MEMBER, GET),
    "settings/networks/<int:network_id>/change": (Who.MANAGER, POST),
    "settings/networks/<int:network_id>/maps": (Who.MANAGER, POST),
    "settings/networks/<int:network_id>/pause": (Who.MANAGER, POST),
    "settings/networks/<int:network_id>/rebook": (Who.MANAGER, POST),
    "settings/networks/<int:network_id>/try": (Who.WRITER, BOTH),
    "settings/webhooks": (Who.MANAGER, GET),
    "settings/webhooks/new": (Who.MANAGER, POST),
    "settings/webhooks/<int:endpoint_id>": (Who.MANAGER, GET),
    "settings/webhooks/<int:endpoint_id>/change": (Who.MANAGER, POST),
    "settings/webhooks/<int:endpoint_id>/pause": (Who.MANAGER, POST),
    "settings/webhooks/<int:endpoint_id>/secret": (Who.MANAGER, POST),
    "settings/webhooks/<int:endpoint_id>/remove": (Who.MANAGER, POST),
    "settings/webhooks/<int:endpoint_id>/test": (Who.MANAGER, POST),
    "settings/webhooks/<int:endpoint_id>/messages/<int:delivery_id>/send": (Who.MANAGER, POST),
    "settings/privacy": (Who.MEMBER, GET),
    "settings/privacy/change": (Who.MANAGER, POST),
    "settings/privacy/visitor": (Who.MANAGER, POST),
    "settings/privacy/visitor/export": (Who.MANAGER, POST),
    "settings/privacy/visitor/erase": (Who.MANAGER, POST),
    "settings/audit": (Who.OWNER, GET),
    "settings/channels": (Who.MEMBER, GET),
    "settings/channels/preview": (Who.MEMBER, GET),
    "settings/channels/change": (Who.MANAGER, POST),
    "settings/channels/apply": (Who.MANAGER, POST),
    "settings/signing": (Who.MANAGER, GET),
    "settings/signing/show": (Who.MANAGER, POST),
    "settings/signing/replace": (Who.MANAGER, POST),
    "settings/api-keys": (Who.MANAGER, GET),
    "settings/api-keys/create": (Who.MANAGER, POST),
    "settings/api-keys/<slug:key_id>/rotate": (Who.MANAGER, POST),
    "settings/api-keys/<slug:key_id>/revoke": (Who.MANAGER, POST),
    "campaigns": (Who.MEMBER, GET),
    "campaigns/-/change": (Who.WRITER, POST),
    "campaigns/new": (Who.WRITER, BOTH),
    "campaigns/<slug:key>": (Who.MEMBER, GET),
    "campaigns/<slug:key>/setup/<slug:step>": (Who.WRITER, BOTH),
    "campaigns/<slug:key>/links": (Who.MEMBER, GET),
    "campaigns/<slug:key>/links/new": (Who.WRITER, BOTH),
    "campaigns/<slug:key>/conversions": (Who.MEMBER, GET),
    "campaigns/<slug:key>/cost": (Who.MEMBER, GET),
    "campaigns/<slug:key>/compare": (Who.MEMBER, GET),
    "campaigns/<slug:key>/rules": (Who.MEMBER, GET),
    "campaigns/<slug:key>/rules/-/change": (Who.WRITER, POST),
    "campaigns/<slug:key>/rules/<slug:part>": (Who.WRITER, BOTH),
    "campaigns/<slug:key>/dry-run": (Who.MEMBER, GET),
    "campaigns/<slug:key>/publish": (Who.WRITER, BOTH),
    "campaigns/<slug:key>/versions": (Who.MEMBER, GET),
    "campaigns/<slug:key>/versions/<int:number>": (Who.MEMBER, GET),
    "campaigns/<slug:key>/versions/<int:number>/restore": (Who.WRITER, POST),
    "campaigns/<slug:key>/pause": (Who.WRITER, POST),
    "campaigns/<slug:key>/resume": (Who.WRITER, POST),
    "campaigns/<slug:key>/archive": (Who.WRITER, POST),
    "campaigns/<slug:key>/unarchive": (Who.WRITER, POST),
    "campaigns/<slug:key>/clone": (Who.WRITER, POST),
    "links": (Who.MEMBER, GET),
    "links/new": (Who.WRITER, BOTH),
    "links/<slug:key>": (Who.MEMBER, GET),
    "links/<slug:key>/change": (Who.WRITER, BOTH),
    "links/<slug:key>/pause": (Who.WRITER, POST),
    "links/<slug:key>/resume": (Who.WRITER, POST),
    "links/<slug:key>/qr.<slug:kind>": (Who.MEMBER, GET),
    "": (Who.MEMBER, GET),
    "reports/totals": (Who.MEMBER, GET),
    "reports/over-time": (Who.MEMBER, GET),
    "reports/breakdown/<slug:group>": (Who.MEMBER, GET),
    "reports/hours": (Who.MEMBER, GET),
    "reports/movers": (Who.MEMBER, GET),
    "reports/coverage": (Who.MEMBER, GET),
    "unattributed": (Who.MEMBER, GET),
    "unattributed/totals": (Who.MEMBER, GET),
    "unattributed/groups": (Who.MEMBER, GET),
    "reports/filter": (Who.MEMBER, GET),
    "reports/filter-form": (Who.MEMBER, GET),
    "reports/values": (Who.MEMBER, GET),
    "reports/onboarding": (Who.MEMBER, GET),
    "reports/link-clicks/<str:key>": (Who.MEMBER, GET),
    "reports/campaign-numbers": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>/totals": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>/by/<slug:group>": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>/comparison": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>/conversions": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>/test-click": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>/rule-reach": (Who.WRITER, POST),
    "reports/campaigns/<slug:key>/rule-findings": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>/routing-test": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>/macro-preview": (Who.WRITER, POST),
    "reports/campaigns/<slug:key>/dry-run": (Who.MEMBER, GET),
    "reports/campaigns/<slug:key>/effectiveness": (Who.MEMBER, GET),
    "reports/retroactive/<int:draft_id>/reach": (Who.WRITER, POST),
    "reports/retroactive/<int:draft_id>/<slug:part>": (Who.MEMBER, GET),
    "reports/editions/<int:number>": (Who.MEMBER, GET),
    "reports/editions/<int:number>/revert": (Who.MEMBER, GET),
    "reports/rule-values": (Who.MEMBER, GET),
    "explore": (Who.MEMBER, GET),
    "explore/answer": (Who.MEMBER, GET),
    "explore/views": (Who.MEMBER, GET),
    "explore/views/save": (Who.WRITER, POST),
    "explore/views/<int:view_id>": (Who.MEMBER, GET),
    "explore/views/<int:view_id>/change": (Who.WRITER, POST),
    "explore/views/<int:view_id>/delete": (Who.WRITER, POST),
    "live": (Who.MEMBER, GET),
    "live/events": (Who.MEMBER, GET),
    "events": (Who.MEMBER, GET),
    "events/<int:event_id>": (Who.MEMBER, GET),
    "events/<int:event_id>/trace": (Who.MEMBER, GET),
    "events/<int:event_id>/labels": (Who.MEMBER, GET),
    "conversions": (Who.MEMBER, GET),
    "conversions/match": (Who.WRITER, POST),
    "conversions/<int:conversion_id>": (Who.MEMBER, GET),
    "conversions/<int:conversion_id>/match": (Who.WRITER, POST),
    "costs": (Who.MEMBER, GET),
    "costs/upload": (Who.WRITER, POST),
    "costs/<int:upload_id>": (Who.MEMBER, GET),
    "costs/<int:upload_id>/apply": (Who.WRITER, POST),
    "costs/<int:upload_id>/undo": (Who.WRITER, POST),
    "costs/<int:upload_id>/discard": (Who.WRITER, POST),
    "retroactive": (Who.MEMBER, GET),
    "retroactive/new": (Who.WRITER, BOTH),
    "retroactive/begins": (Who.WRITER, GET),
    "retroactive/drafts/<int:draft_id>/<slug:at>": (Who.WRITER, BOTH),
    "retroactive/drafts/<int:draft_id>/discard": (Who.WRITER, POST),
    "retroactive/runs/<int:run_id>": (Who.MEMBER, GET),
    "retroactive/runs/<int:run_id>/cancel": (Who.WRITER, POST),
    "retroactive/<int:number>": (Who.MEMBER, GET),
    "retroactive/<int:number>/revert": (Who.WRITER, BOTH),
    "jobs": (Who.MEMBER, GET),
    "jobs/<int:job_id>": (Who.MEMBER, GET),
    "jobs/<int:job_id>/cancel": (Who.WRITER, POST),
    "system": (Who.STAFF, GET),
    "system/services": (Who.STAFF, GET),
    "system/pipeline": (Who.STAFF, GET),
    "system/data": (Who.STAFF, GET),
    "system/labels": (Who.STAFF, GET),
    "system/workers": (Who.STAFF, GET),
    "api/v1/campaigns": (Who.KEEPING_PROGRAM, BOTH),
    "api/v1/campaigns/<slug:key>": (Who.KEEPING_PROGRAM, ("GET", "PUT", "PATCH")),
    "api/v1/campaigns/<slug:key>/rules": (Who.KEEPING_PROGRAM, ("GET", "PUT")),
    "api/v1/campaigns/<slug:key>/versions": (Who.READING_PROGRAM, GET),
    "api/v1/campaigns/<slug:key>/versions/<int:number>": (Who.READING_PROGRAM, GET),
    "api/v1/campaigns/<slug:key>/publish": (Who.WRITING_PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/restore": (Who.WRITING_PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/clone": (Who.WRITING_PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/activate": (Who.WRITING_PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/pause": (Who.WRITING_PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/resume": (Who.WRITING_PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/archive": (Who.WRITING_PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/unarchive": (Who.WRITING_PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/trace": (Who.PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/dry-run": (Who.PROGRAM, POST),
    "api/v1/campaigns/<slug:key>/effectiveness": (Who.PROGRAM, GET),
    "api/v1/links": (Who.KEEPING_PROGRAM, BOTH),
    "api/v1/links/<slug:key>": (Who.KEEPING_PROGRAM, ("GET", "PATCH")),
    "api/v1/links/<slug:key>/pause": (Who.WRITING_PROGRAM, POST),
    "api/v1/links/<slug:key>/resume": (Who.WRITING_PROGRAM, POST),
    "api/v1/runs": (Who.KEEPING_PROGRAM, BOTH),
    "api/v1/runs/preview": (Who.PROGRAM, POST),
    "api/v1/runs/<int:run_id>": (Who.READING_PROGRAM, GET),
    "api/v1/runs/<int:run_id>/cancel": (Who.WRITING_PROGRAM, POST),
    "api/v1/editions": (Who.READING_PROGRAM, GET),
    "api/v1/editions/<int:number>": (Who.READING_PROGRAM, GET),
    "api/v1/editions/<int:number>/revert": (Who.WRITING_PROGRAM, POST),
    "api/v1/webhooks": (Who.SETTING_PROGRAM, BOTH),
    "api/v1/webhooks/<int:endpoint_id>": (Who.SETTING_PROGRAM, ("GET", "PATCH", "DELETE")),
    "api/v1/conversions": (Who.PROGRAM, GET),
    "api/v1/conversions/<int:conversion_id>": (Who.PROGRAM, GET),
    "api/v1/jobs/<int:job_id>": (Who.PROGRAM, GET),
    "api/v1/saved-views": (Who.PROGRAM, GET),
    "api/v1/query": (Who.PROGRAM, POST),
    "api/v1/events": (Who.PROGRAM, GET),
    "api/v1/events/<str:event_id>": (Who.PROGRAM, GET),
}

PROGRAMS = (Who.PROGRAM, Who.READING_PROGRAM, Who.WRITING_PROGRAM, Who.KEEPING_PROGRAM, Who.SETTING_PROGRAM)

# allauth's: doors for everybody, and pages about oneself.
_DOORS = """login/ logout/ inactive/ signup/ confirm-email/ password/reset/ password/reset/done/ password/reset/key/done/
login/code/confirm/ 2fa/authenticate/ ^confirm-email/(?P<key>[-:\\w]+)/$
^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$
3rdparty/login/cancelled/ 3rdparty/login/error/ 3rdparty/signup/ social/login/cancelled/ social/login/error/ social/signup/
social/connections/ oidc/^(?P<provider_id>[^/]+)/login/ oidc/^(?P<provider_id>[^/]+)/login/callback/""".split()
_ABOUT_ONESELF = """reauthenticate/ email/ password/change/ password/set/ 2fa/ 2fa/reauthenticate/ sessions/ 2fa/totp/activate/
3rdparty/ 2fa/totp/deactivate/ 2fa/recovery-codes/ 2fa/recovery-codes/generate/ 2fa/recovery-codes/download/""".split()
ACCOUNTS = {f"accounts/{door}": (Who.ANYBODY, BOTH) for door in _DOORS} | {
    f"accounts/{page}": (Who.PERSON, BOTH) for page in _ABOUT_ONESELF
}

# The admin has the same pages for each model that is registered.
MODELS = """accounts/apikey accounts/auditentry accounts/domain accounts/membership accounts/organization accounts/user
accounts/wardenissuer
account/emailaddress attribution/booking attribution/conversion attribution/costupload attribution/network auth/group
campaigns/campaign campaigns/campaignversion campaigns/link ingress/adclickparameter ingress/channelrule
ingress/deadletter ingress/knownnetwork ingress/organizationtables ingress/postback ingress/referrer
ingress/sourcecategory ingress/storedevent ingress/tablerevision mfa/authenticator""".split()
_PAGES_OF_A_MODEL = (
    "", "add/", "<path:object_id>/", "<path:object_id>/change/", "<path:object_id>/delete/", "<path:object_id>/history/",
)  # fmt: skip
ADMIN = {
    "admin/login/": (Who.ANYBODY, BOTH),
    "admin/logout/": (Who.ANYBODY, POST),
    "admin/": (Who.STAFF, GET),
    "admin/(?P<url>.*)$": (Who.STAFF, GET),
    "admin/autocomplete/": (Who.PERMITTED, GET),
    "admin/jsi18n/": (Who.STAFF, GET),
    "admin/password_change/": (Who.STAFF, BOTH),
    "admin/password_change/done/": (Who.STAFF, GET),
    "admin/r/<path:content_type_id>/<path:object_id>/": (Who.STAFF, GET),
    "admin/^(?P<app_label>ingress|auth|accounts|mfa|campaigns|attribution|account)/$": (Who.PERMITTED, GET),
    "admin/accounts/user/<id>/password/": (Who.PERMITTED, BOTH),
    **{f"admin/{model}/{page}": (Who.PERMITTED, BOTH) for model in MODELS for page in _PAGES_OF_A_MODEL},
}

RULES = OURS | ACCOUNTS | ADMIN


def routes_for(
    *who: Who, methods: tuple[str, ...] = (), among: dict[str, tuple[Who, tuple[str, ...]]] = RULES
) -> list[str]:
    """Addresses of these, that are asked by one of these methods when any is given."""
    return [route for route, (whose, how) in among.items() if whose in who and (not methods or {*methods} & {*how})]
