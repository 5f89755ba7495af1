"""How `/api/docs/` describes our keys. Apart from `api`, which has to load before most of rest_framework."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]
    target_class = "apps.accounts.api.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "trl_live_<id>_<secret>, or a token or service key of Warden",
        }
