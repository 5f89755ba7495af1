"""Postbacks at the door: what networks and shops tell us, kept first and understood later, by whoever books them."""

from apps.ingress.postbacks.line import PostbackRequest, read

__all__ = ["PostbackRequest", "read"]
