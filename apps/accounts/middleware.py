"""Who is asking: `request.member` for every view and template, looked up only when somebody reads it; and whose the changes are."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from apps.accounts.access import current_member
from apps.accounts.audit.saying import of_request, said_by


class NotedChanges:
    """What a request changes is noted as its person's or program's. Costs a request that writes nothing no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with said_by(lambda: of_request(request)):
            return self.get_response(request)


class CurrentMember:
    """Sets `request.member`: the membership the person works under; false when there is none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = SimpleLazyObject(lambda: current_member(request))  # type: ignore[attr-defined]
        return self.get_response(request)
