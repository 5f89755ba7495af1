from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules

from trellis import checks


class TrellisConfig(AppConfig):
    name = "trellis"

    def ready(self) -> None:
        register(checks.faults, checks.TAG)
        autodiscover_modules("job_permits")
