"""What people type about links and campaigns."""

from apps.campaigns.forms.links import CHANGED_MEANWHILE, ChangedLink, LinkList, NewLink, UtmForm

__all__ = ["CHANGED_MEANWHILE", "ChangedLink", "LinkList", "NewLink", "UtmForm"]
