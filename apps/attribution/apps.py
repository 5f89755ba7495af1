from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AttributionConfig(AppConfig):
    name = "apps.attribution"
    label = "attribution"

    def ready(self) -> None:
        # Makes their kinds of job known to every process.
        autodiscover_modules("rebooking", "ledger.running")
