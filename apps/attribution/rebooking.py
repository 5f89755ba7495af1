"""Reading a network's stored postbacks again by its newest version, as a job."""

from django.utils import timezone

from apps.attribution.booking import rebook_some
from apps.attribution.models import Booking, Network
from apps.ingress import jobs
from apps.ingress.models import Job

KIND = "rebook"


def start(network: Network, user_id: int) -> Job:
    """A job that a worker takes up once this transaction is committed."""
    return jobs.start(
        KIND,
        network.organization_id,
        user_id,
        {"network": network.pk},
        title=f"Read the postbacks of {network} again",
        unit="postbacks",
    )


def rebook_slice(job: Job, cursor: int | None) -> int | None:
    """The next postbacks behind `cursor`; their last id, None at the end. Errors: WarehouseUnavailable, django.db.Error."""
    network = Network.objects.filter(pk=job.parameters["network"], organization_id=job.organization_id).first()
    some = rebook_some(network, cursor or 0, timezone.now()) if network else []
    total = Booking.objects.filter(network=network).count() if network and not job.total else job.total
    jobs.advance(job, job.done + len(some), total)
    if some:
        return some[-1]
    job.result = {"words": f"{job.done:,} postbacks were read again.", "url": "/conversions"}
    return None


jobs.register(KIND, rebook_slice, verb="manage")
