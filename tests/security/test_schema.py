"""The API keeps to its own description, whatever is sent.

schemathesis makes requests from the OpenAPI document, right and wrong ones, and asks the real WSGI application as a key of every
scope, in an organization that has one of everything.

TRELLIS_SCHEMA_EXAMPLES=500 ./dev test tests/security/test_schema.py looks longer: so many requests for each address.
"""

import os
import re
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.security.conftest import Acme
from tests.security.rules import PROGRAMS, routes_for
from trellis.wsgi import application

EXAMPLES = int(os.environ.get("TRELLIS_SCHEMA_EXAMPLES", "10"))
# The key is valid: what is said without one is tried elsewhere.
CONFIG = ProjectConfig(generation=GenerationConfig(with_security_parameters=False))
SCHEMA = schemathesis.openapi.from_wsgi(
    "/api/schema/?format=json", application, config=SchemathesisConfig(projects=ProjectsConfig(default=CONFIG))
)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
LIMITS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The transaction of the test stays open between requests, as django.test.Client has it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_every_answer_is_one_that_is_described(acme: Acme, label: str) -> None:
    operation = OPERATIONS[label]

    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @LIMITS
    @given(case=cases, is_known=st.sampled_from([True, True, False]))
    def ask(case: Case, is_known: bool) -> None:
        if is_known:
            _name_what_there_is(case, acme)
        headers = {"Authorization": f"Bearer {acme.token}"}
        case.validate_response(case.call(headers=headers), checks=CHECKS, headers=headers)

    ask()


def _name_what_there_is(case: Case, acme: Acme) -> None:
    """Else nothing would be found."""
    known = acme.names(case.operation.path)
    for name in case.path_parameters or {}:
        case.path_parameters[name] = str(known[name])
    if isinstance(case.body, dict):
        case.body |= {name: value for name, value in in_bodies(acme).items() if name in case.body}
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"


def in_bodies(acme: Acme) -> dict[str, str]:
    """What bodies call what there is."""
    return {"campaign": acme.link.key, "event_id": str(acme.event.event_id)}


def test_every_address_of_the_api_is_asked() -> None:
    described = {label.partition(" ")[2] for label in OPERATIONS}

    assert {re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{route}") for route in routes_for(*PROGRAMS)} == described
