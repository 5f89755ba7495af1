"""Warden: an identity service outside of Trellis, whose tokens and service keys let people and programs in."""
