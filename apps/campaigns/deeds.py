"""What can be done to one campaign or to many at once, and what is said afterwards."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from apps.accounts.models import User
from apps.campaigns import editing
from apps.campaigns.editing import NotPossible
from apps.campaigns.models import Campaign

NAMES_SHOWN = 5


@dataclass(frozen=True)
class Deed:
    """`label` is on the button, `done` ends the sentence “Spring sale is …”."""

    name: str
    label: str
    icon: str
    done: str
    act: Callable[..., Campaign]


@dataclass(frozen=True)
class Outcome:
    """`made` are the campaigns afterwards, for a clone the new ones; `refused` the sentences why others were left alone."""

    deed: Deed
    made: list[Campaign]
    refused: list[str]

    @property
    def sentence(self) -> str:
        """Empty when nothing was done."""
        names = [campaign.name for campaign in self.made]
        if len(names) > NAMES_SHOWN:
            names = [*names[: NAMES_SHOWN - 1], f"{len(names) - NAMES_SHOWN + 1} more"]
        many = " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
        return f"{many} {'is' if len(self.made) == 1 else 'are'} {self.deed.done}." if names else ""


_ALL = (
    Deed(
        "pause", "Pause", "player-pause", "paused: visitors go to the organization's default destination", editing.pause
    ),
    Deed("resume", "Resume", icon="player-play", done="live again", act=editing.resume),
    Deed("archive", "Archive", icon="archive", done="in the archive", act=editing.archive),
    Deed("unarchive", "Take out of the archive", icon="archive-off", done="out of the archive", act=editing.unarchive),
    Deed("clone", "Clone", icon="copy-plus", done="made, as a draft", act=editing.clone),
)
DEEDS = {deed.name: deed for deed in _ALL}


def done(deed: Deed, campaigns: Iterable[Campaign], user: User) -> Outcome:
    """Each by itself: one that cannot be done leaves the others done."""
    made, refused = [], []
    for campaign in campaigns:
        try:
            made.append(deed.act(campaign.pk, user=user))
        except NotPossible as error:
            refused.append(f"{campaign.name}: {error}")
    return Outcome(deed, made, refused)
