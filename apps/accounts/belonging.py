"""Who asks: a member with a session, or a program with a credential. Both belong to one organization, and see what is its own."""

from typing import Protocol

from apps.accounts.models import Organization, User


class Insider(Protocol):
    """A membership or a program: all that `visible_to` and the functions of `access` need to know of whoever asks."""

    @property
    def organization_id(self) -> int: ...


class Program(Insider, Protocol):
    """What `request.auth` of the API is: an API key, or whoever shows a token or a service key of Warden's."""

    @property
    def organization(self) -> Organization: ...

    @property
    def created_by(self) -> User | None:
        """In whose name it acts."""

    def allows(self, scope: str) -> bool: ...
