"""Errors of the API: one shape, with a pointer to each fault."""

from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation, TooManyFieldsSent
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import path
from django.views.decorators.http import require_POST
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from trellis.problems import MEDIA_TYPE, bad_request, not_found, problem, server_error

pytestmark = pytest.mark.urls(__name__)

FAULTS: dict[str, Exception] = {
    "missing": Http404("No Link matches the given query."),
    "forbidden": PermissionDenied(),
    "throttled": exceptions.Throttled(wait=7),
    "warehouse": WarehouseUnavailable(),
    "large": QuestionTooLarge(),
}


class Part(serializers.Serializer[object]):
    country = serializers.CharField(max_length=2)


class Whole(serializers.Serializer[object]):
    name = serializers.CharField()
    parts = Part(many=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if attrs["name"] == "nobody":
            raise serializers.ValidationError("Not that name.", code="unwanted")
        return attrs


class Open(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)


class Take(Open):
    def post(self, request: Request) -> Response:
        Whole(data=request.data).is_valid(raise_exception=True)
        return Response({})


class Fail(Open):
    def get(self, request: Request, fault: str) -> Response:
        raise FAULTS[fault]


def broken(request: object) -> None:
    raise RuntimeError("ours")


urlpatterns = [
    path("api/take", Take.as_view()),
    path("api/fail/<str:fault>", Fail.as_view()),
    path("api/broken", broken),
    path("broken", broken),
    path("only-post", require_POST(broken)),
]
handler404, handler500 = not_found, server_error


def post(client: Client, body: object) -> dict[str, object]:
    answer = client.post("/api/take", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, MEDIA_TYPE)
    document: dict[str, object] = answer.json()
    return document


def test_a_fault_has_a_pointer_a_detail_and_a_code(client: Client) -> None:
    document = post(client, {"parts": []})

    assert document["errors"] == [{"pointer": "#/name", "detail": "This field is required.", "code": "required"}]
    assert document["detail"] == "One value is not right."
    assert (document["type"], document["title"], document["status"]) == ("about:blank", "Bad Request", 400)


def test_pointers_reach_into_lists_of_objects(client: Client) -> None:
    document = post(client, {"name": "a", "parts": [{"country": "NZ"}, {"country": "New Zealand"}, {}]})

    assert [error["pointer"] for error in document["errors"]] == ["#/parts/1/country", "#/parts/2/country"]
    assert document["detail"] == "2 values are not right."


def test_a_fault_of_the_whole_points_at_the_whole(client: Client) -> None:
    document = post(client, {"name": "nobody", "parts": []})

    assert document["errors"] == [{"pointer": "#", "detail": "Not that name.", "code": "unwanted"}]


def test_a_body_that_is_no_json_is_a_problem_too(client: Client) -> None:
    assert "JSON parse error" in post(client, "{")["detail"]


@pytest.mark.parametrize(
    ("fault", "status"), [("missing", 404), ("forbidden", 403), ("throttled", 429), ("warehouse", 503), ("large", 422)]
)
def test_other_errors_are_problems_with_a_sentence(client: Client, fault: str, status: int) -> None:
    answer = client.get(f"/api/fail/{fault}")

    assert (answer.status_code, answer["Content-Type"]) == (status, MEDIA_TYPE)
    assert answer.json()["status"] == status
    assert answer.json()["detail"].endswith((".", "query."))


@pytest.mark.parametrize(("fault", "seconds"), [("throttled", "7"), ("warehouse", "5")])
def test_who_should_come_back_is_told_when(client: Client, fault: str, seconds: str) -> None:
    assert client.get(f"/api/fail/{fault}")["Retry-After"] == seconds


def test_a_wrong_method_is_a_problem_and_names_the_right_ones(client: Client) -> None:
    answer = client.delete("/api/take")

    assert (answer.status_code, answer["Content-Type"]) == (405, MEDIA_TYPE)
    assert "POST" in answer["Allow"]


def test_an_unknown_address_of_the_api_is_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/nothing-here")

    assert (answer.status_code, answer["Content-Type"]) == (404, MEDIA_TYPE)


def test_an_unknown_address_of_the_pages_is_a_page(client: Client) -> None:
    answer = client.get("/nothing-here")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_where_only_a_form_goes_a_page_says_so(client: Client) -> None:
    answer = client.get("/only-post")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Go back to where the form is" in answer.text


@pytest.mark.parametrize(("address", "media_type"), [("/api/broken", MEDIA_TYPE), ("/broken", "text/html")])
def test_our_own_faults_keep_the_shape_and_their_reason_to_themselves(address: str, media_type: str) -> None:
    answer = Client(raise_request_exception=False).get(address)

    assert answer.status_code == 500
    assert answer["Content-Type"].startswith(media_type)
    assert b"ours" not in answer.content


def test_a_problem_names_the_request_it_is_about(client: Client) -> None:
    first, second = (client.get("/api/fail/missing").json()["request_id"] for _ in range(2))

    assert UUID(first) != UUID(second)
    assert problem(404, "Outside a request.")["request_id"] == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [(TooManyFieldsSent(), "A form may have 2,000 fields"), (SuspiciousOperation(), "Going back and trying again")],
)
def test_a_form_that_cannot_be_read_says_what_to_do(rf: RequestFactory, error: Exception, said: str) -> None:
    answer = bad_request(rf.get("/links"), error)

    assert answer.status_code == 400
    assert said in answer.content.decode()  # type: ignore[attr-defined]
