"""Who is asked whether a job may go on: accounts know people and keys, ingress knows jobs, and neither knows the other."""

from apps.accounts import standing
from apps.ingress import jobs

jobs.permit_by(standing.refusal)
