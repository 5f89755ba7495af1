"""Networks on their way down into every ingress process: who may report, under which key."""

from collections.abc import Iterable
from typing import Any

import structlog
from django.db import transaction
from redis import RedisError

from apps.attribution.models import Network
from apps.ingress import routes
from apps.ingress.broker import broker

log = structlog.get_logger(__name__)

SECTION = "networks"
UNIT = "network:"
Units = dict[str, dict[str, Any] | None]


def publish_network(network: Network) -> None:
    """Put the network as it is now in force once this transaction is through.

    With Redis away nothing is lost: the task `publish_networks` comes by every few seconds.
    """
    transaction.on_commit(lambda: _publish_if_possible(network))


def publish_networks() -> int:
    """Publish what differs from what is in force and withdraw what is gone; returns how many. Errors: redis.RedisError.

    Cost: reads every network, of which an organization has a few.
    """
    in_force = routes.published_names(broker(), SECTION)
    units = network_units(Network.objects.all())
    if routes.is_empty(broker(), SECTION):
        routes.publish(broker(), units, section=SECTION, whole=True)
        return len(units)
    gone: Units = dict.fromkeys(in_force - units.keys())
    changed = _differing(units) | gone
    routes.publish(broker(), changed, section=SECTION)
    return len(changed)


def network_units(networks: Iterable[Network]) -> Units:
    return {
        f"{UNIT}{network.key}": {
            "organization_id": network.organization_id,
            "network_id": network.pk,
            "secret": network.secret,
            "addresses": network.addresses,
            "paused": network.paused_at is not None,
        }
        for network in networks
    }


def _differing(units: Units) -> Units:
    in_force = routes.published(broker(), list(units))
    return {name: document for name, document in units.items() if document != in_force.get(name)}


def _publish_if_possible(network: Network) -> None:
    try:
        routes.publish(broker(), _differing(network_units([network])), section=SECTION)
    except RedisError as error:
        log.warning("a network waits to be published", network=network.pk, error=str(error))
