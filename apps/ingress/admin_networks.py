"""The staff's page of the networks that are known for what they are."""

from django.contrib import admin

from apps.ingress.admin_tables import RowAdmin
from apps.ingress.models import KnownNetwork


@admin.register(KnownNetwork)
class KnownNetworkAdmin(RowAdmin):
    table = "networks"
    list_display = ("network", "kind", "owner", "origin")
    list_filter = ("kind", "origin")
    search_fields = ("network", "owner")
    search_help_text = "A range, AS and a number, a word, or whose network it is."
    fields = ("network", "kind", "owner", "origin")
