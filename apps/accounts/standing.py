"""Whether whoever started something may still do it: asked while it is done, not only when it began."""

from apps.accounts.models import ApiKey, Membership
from apps.accounts.roles import may, verb_of

GONE = "Whoever started this is no longer a member."
DEMOTED = "Whoever started this may no longer do it: their role has changed."
KEY_REVOKED = "The API key that started this was revoked, or may no longer do it."


def refusal(organization_id: int, user_id: int, key_id: str, verb: str) -> str:
    """Why not, for people; empty when it may go on. Cost: one query.

    A key acts for the organization, so its own standing counts, not that of who made it. One that ran out meanwhile was good when
    this began; one that was revoked was taken away. Nobody, a command or the beat, may all.
    """
    if key_id:
        key = ApiKey.objects.filter(key_id=key_id, organization_id=organization_id, revoked_at=None).first()
        return "" if key and verb in {verb_of(scope) for scope in key.scopes} else KEY_REVOKED
    if not user_id:
        return ""
    member = Membership.objects.filter(organization_id=organization_id, user_id=user_id, user__is_active=True).first()
    if member is None:
        return GONE
    return "" if may(member.role, verb) else DEMOTED
