"""What tests of ingress share."""

import pytest

from tests.accounts.make import an_organization
from tests.ingress.make import an_organization_id


@pytest.fixture
def acme(db: None) -> int:
    """The number of organization `acme`, under which no other test has stored events."""
    return an_organization("acme", id=an_organization_id()).pk
