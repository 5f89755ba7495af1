"""What every template knows about the person."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.accounts.access import memberships_of


def memberships(request: HttpRequest) -> dict[str, object]:
    """`memberships`: the person's organizations for the switcher; asked only when a template draws them."""
    return {"memberships": SimpleLazyObject(lambda: memberships_of(request))}
