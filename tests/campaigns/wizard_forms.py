"""Forms of the wizard as a browser sends them."""

from typing import Any

from apps.campaigns.models import Campaign


def step(campaign: Campaign, name: str) -> str:
    return f"/campaigns/{campaign.key}/setup/{name}"


def rows(*destinations: dict[str, Any], seen: int = 1, initial: int = 0) -> dict[str, Any]:
    """The form of destinations as a browser sends it."""
    said: dict[str, Any] = {"seen": seen, "to-TOTAL_FORMS": len(destinations), "to-INITIAL_FORMS": initial}
    for place, row in enumerate(destinations):
        said |= {f"to-{place}-{name}": value for name, value in row.items()}
    return said


def row(number: int | str = "", name: str = "Shop", weight: int = 100, **fields: Any) -> dict[str, Any]:
    return {"id": number, "name": name, "url": "https://shop.example/", "weight": weight, **fields}


def drafted(campaign: Campaign) -> dict[str, Any]:
    campaign.refresh_from_db()
    return dict(campaign.draft)
