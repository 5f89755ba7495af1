"""Alice's program, and a campaign of hers."""

import pytest

from apps.accounts.models import Membership
from apps.campaigns.models import Campaign
from tests.accounts import make
from tests.campaigns.api.program import Program
from tests.campaigns.make import a_campaign


@pytest.fixture
def alice(db: None) -> Membership:
    return make.alice()


@pytest.fixture
def charlie(db: None) -> Membership:
    return make.charlie()


@pytest.fixture
def program(alice: Membership) -> Program:
    return Program(alice.organization, created_by=alice.user)


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring")
