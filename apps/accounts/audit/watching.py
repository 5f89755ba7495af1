"""What a migration says to have a table watched, and what that does in PostgreSQL.

A new model that people can change gets `watch` in the migration that makes it; `tests/house/test_audit.py` asks for it.
"""

from collections.abc import Sequence

from django.db import migrations

TRIGGER = "audit"
WATCH = """
CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION accounts_audit('{organization}', '{{{secret}}}', '{{{passed_over}}}', '{named}');
"""


def watch(
    table: str,
    *,
    organization: str = "organization_id",
    secret: Sequence[str] = (),
    passed_over: Sequence[str] = (),
    named: str = "name",
) -> migrations.RunSQL:
    """An entry for every row of the table that is made, changed or removed.

    `organization` is the column that says whose it is, `campaign_id>campaigns_campaign` when a row of that table says it, or
    empty for what belongs to none. Of `secret` columns an entry says only that they changed; a change of `passed_over` columns
    alone makes none. `named` is the column people know the row by.
    """
    sql = WATCH.format(
        trigger=TRIGGER,
        table=table,
        organization=organization,
        secret=",".join(secret),
        passed_over=",".join(passed_over),
        named=named,
    )
    return migrations.RunSQL(sql, f"DROP TRIGGER {TRIGGER} ON {table}")
