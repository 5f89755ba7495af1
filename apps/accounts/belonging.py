"""Who asks: a member with a session, or a program with a key. Both belong to one organization, and see what is that one's."""

from typing import Protocol


class Insider(Protocol):
    """A membership or an API key: all that `visible_to` and the functions of `access` need to know of whoever asks."""

    @property
    def organization_id(self) -> int: ...
