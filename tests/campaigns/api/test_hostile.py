"""Whatever is sent to the API of campaigns and links: an answer that says what is wrong, never a fault of ours."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Membership
from apps.campaigns.models import Campaign
from tests.campaigns.api.program import Program
from tests.campaigns.make import a_definition

pytestmark = pytest.mark.django_db

BODIES = [
    ("post", "/campaigns", {"name": "Spring", "key": "k", "tags": ["a"], "draft": {}}),
    ("put", "/campaigns/spring", {"name": "Spring", "tags": [], "draft": a_definition()}),
    ("patch", "/campaigns/spring", {"name": "Spring", "tags": [], "draft": {"rules": []}}),
    ("put", "/campaigns/spring/rules", {"data": []}),
    ("post", "/campaigns/spring/publish", {"note": "x"}),
    ("post", "/campaigns/spring/restore", {"version": 1}),
    ("post", "/campaigns/spring/clone", {"name": "x"}),
    ("post", "/campaigns/spring/pause", {}),
    ("post", "/links", {"name": "x", "key": "k", "campaign": "spring", "destination": "", "source": "meta", "parameters": []}),
    ("patch", "/links/spring", {"name": "x", "destination": "", "source": "", "parameters": []}),
]  # fmt: skip
NASTY: list[Any] = [
    None, True, 0, -1, 2**31, 2**63, 2**64, 1e308, "", " ", "\0", "a\0b", "\u202e", "'; --", "<script>", "x" * 20_000,
    [], [[]], [None], {}, {"": {}}, {"\0": "\0"}, {"non_field_errors": [1]}, {"id": 2**63}, [[["\0", "\0"]]],
]  # fmt: skip
RAW = [
    b"", b"{", b"null", b"7", b'"text"', b"[]", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b'{"name": "\\ud800"}',
    b'{"name": NaN}', b'{"name": 1e999}', b'{"name": ' + b"9" * 5_000 + b"}", b'{"name": "a", "name": "b"}', b"\x00",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def is_answered(answer: Any) -> bool:
    """A fault is ours from 500 on; what is refused says so as a problem."""
    return answer.status_code < 400 or (
        answer.status_code < 500 and answer["Content-Type"] == "application/problem+json"
    )


@pytest.mark.parametrize(("method", "path", "body"), BODIES)
def test_no_value_in_any_place_is_a_fault_of_ours(program: Program, spring: Campaign, method, path, body):
    places = [*body, "draft"] if "draft" in body else [*body]

    wrong = [
        (place, nasty)
        for place in places
        for nasty in NASTY
        if not is_answered(program.ask(method, path, {**body, place: nasty}, seen="*"))
    ]

    assert wrong == []


@pytest.mark.parametrize(("method", "path", "body"), BODIES)
def test_no_body_is_a_fault_of_ours(program: Program, spring: Campaign, method, path, body):
    wrong = [raw[:20] for raw in RAW if not is_answered(program.ask(method, path, raw, seen="*"))]

    assert wrong == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from(sorted(a_definition())), value=VALUES)
def test_no_part_of_a_definition_is_a_fault_of_ours(program: Program, spring: Campaign, part: str, value: Any):
    assert is_answered(program.patch("/campaigns/spring", {"draft": {part: value}}, seen="*"))


@pytest.mark.parametrize("charset", ["hex", "zip", "rot13", "utf-16", "idna", "klingon"])
def test_no_charset_is_a_fault_of_ours(program: Program, charset: str):
    sent = {"Authorization": f"Bearer {program.token}"}
    kind = f"application/json; charset={charset}"

    answer = program.client.generic("POST", "/api/v1/campaigns", b'{"name": "Spring"}', kind, headers=sent)

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"]
)
def test_a_body_is_json(program: Program, kind: str):
    sent = {"Authorization": f"Bearer {program.token}"}

    answer = program.client.post("/api/v1/campaigns", b"name=Spring", content_type=kind, headers=sent)

    assert (answer.status_code, answer["Content-Type"]) == (415, "application/problem+json")


def test_a_body_has_an_end(program: Program, settings: Any):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000

    assert program.post("/campaigns", {"name": "x" * 1_000}).status_code == 413


@pytest.mark.parametrize(
    "said", ["", "*", '"', '""', "1-draft-0", 'W/"1-draft-0"', '"a", "b"', "\xff", "," * 5_000, '"' * 5_000]
)
def test_no_condition_is_a_fault_of_ours(program: Program, spring: Campaign, said: str):
    headers = {"If-Match": said, "If-None-Match": said}

    answers = [
        program.ask("patch", "/campaigns/spring", {"name": "x"}, **headers),
        program.get("/campaigns/spring", **headers),
    ]

    assert all(answer.status_code < 500 for answer in answers)
    assert answers[0].status_code == (200 if said == "*" else 412)


@pytest.mark.parametrize("name", ["status", "tag", "search", "cursor", "limit", "campaign", "x"])
def test_no_query_is_a_fault_of_ours(program: Program, alice: Membership, name: str):
    texts = [value for value in NASTY if isinstance(value, str)] + ["9" * 400, "-1", "\u0663"]

    answers = [program.get(path, {name: text}) for path in ("/campaigns", "/links") for text in texts]

    assert all(is_answered(answer) for answer in answers)
