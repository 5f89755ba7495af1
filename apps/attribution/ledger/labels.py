"""The label of an event: the campaign whose signs sum to 1, as of an edition."""

from collections.abc import Sequence

from apps.attribution.ledger.columns import LABEL
from apps.attribution.ledger.sql import AS_OF, filled

# An entry and its inverse are alike but for the sign, so the label's own columns are those of any of its entries.
LABELS = """
SELECT event_id, {{label}}{{more}} FROM attribution_entries
WHERE {{scope}} AND {{within}} AND {{as_of}}
GROUP BY event_id, {{label}} HAVING sum(sign) = 1
"""


def labels(columns: Sequence[str] = (), *, within: str = "1") -> str:
    """A question for Warehouse, or a part of one: a row for each event that has a label, with its campaign, run and version of the
    rule, and with `columns` of what an entry copies.

    `within` is a condition on the entries' events, such as a span of `happened_at`. Parameters: those of the AsOf, and of `within`.
    Source: table attribution_entries. Cost: the entries of the months of `within`, in memory some 50 bytes an event.
    """
    # The names of the table: an alias would stand for the aggregate inside of it.
    more = "".join(f", any({name}) AS {name}" for name in columns)
    return filled(LABELS, label=", ".join(LABEL), more=more, within=within, as_of=AS_OF)
