from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class IngressConfig(AppConfig):
    name = "apps.ingress"
    label = "ingress"

    def ready(self) -> None:
        # Django itself looks for `admin` alone.
        autodiscover_modules("admin_tables", "admin_networks")
