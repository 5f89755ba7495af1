from django.apps import AppConfig
from django.core.checks import register

from trellis import checks


class TrellisConfig(AppConfig):
    name = "trellis"

    def ready(self) -> None:
        register(checks.faults, checks.TAG)
