"""Addresses of pages that stand on other floors, or do not stand yet."""

from django.urls import NoReverseMatch, reverse


def address_of(name: str) -> str:
    """The address of that URL name; empty when there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
