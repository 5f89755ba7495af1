"""What tests of the pages about money share: Alice, signed in, and a network of hers."""

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.attribution.models import Network
from tests.accounts import make
from tests.attribution.make import a_network


@pytest.fixture
def alice(client: Client, db: None) -> Membership:
    alice = make.alice()
    make.signed_in(client, alice)
    return alice


@pytest.fixture
def network(alice: Membership) -> Network:
    return a_network(alice.organization)
