"""The audit: one table that triggers write and nobody changes, and the tables of people and organizations watched."""

from django.db import migrations, models

from apps.accounts.audit.watching import watch

# One argument each: whose a row is, its secret columns, those that are not worth an entry, and the one it is known by. What `trellis.audit`
# holds says apps/accounts/audit/saying.py. A value as long as a rule of 200 conditions is told by its length.
WRITE = """
CREATE FUNCTION accounts_audit_told(line jsonb, changed text[], secret text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_object_agg(key, CASE
    WHEN value IN ('null', '""') THEN value
    WHEN key = ANY(secret) THEN '"***"'
    WHEN length(value::text) > 20000 THEN to_jsonb(format('%s characters, md5 %s', length(value::text), md5(value::text)))
    ELSE value END), '{}')
  FROM jsonb_each(line) WHERE key = ANY(changed)
$$;

CREATE FUNCTION accounts_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  secret text[] := TG_ARGV[1]::text[];
  passed_over text[] := TG_ARGV[2]::text[];
  said jsonb := coalesce(nullif(current_setting('trellis.audit', true), ''), '{}')::jsonb;
  before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  line jsonb := coalesce(after, before);
  changed text[];
  whose bigint;
BEGIN
  SELECT array_agg(key) INTO changed FROM jsonb_object_keys(line) AS key
    WHERE NOT key = ANY(passed_over) AND (before -> key) IS DISTINCT FROM (after -> key);
  IF changed IS NULL THEN
    RETURN NULL;
  END IF;
  IF position('>' IN TG_ARGV[0]) > 0 THEN
    EXECUTE format('SELECT organization_id FROM %I WHERE id = $1', split_part(TG_ARGV[0], '>', 2))
      INTO whose USING (line ->> split_part(TG_ARGV[0], '>', 1))::bigint;
  ELSIF TG_ARGV[0] <> '' THEN
    whose := (line ->> TG_ARGV[0])::bigint;
  END IF;
  INSERT INTO accounts_auditentry (at, organization_id, noun, row_id, named, deed, before, after,
      user_id, program, task, address, request_id, view)
    VALUES (clock_timestamp(), whose, TG_TABLE_NAME, coalesce(line ->> 'id', ''),
      CASE WHEN TG_ARGV[3] = ANY(secret) THEN '' ELSE left(coalesce(line ->> TG_ARGV[3], ''), 200) END, TG_OP,
      accounts_audit_told(before, changed, secret), accounts_audit_told(after, changed, secret),
      (said ->> 'user_id')::bigint, left(coalesce(said ->> 'program', ''), 300), left(coalesce(said ->> 'task', ''), 200),
      left(coalesce(said ->> 'address', ''), 64), left(coalesce(said ->> 'request_id', ''), 64),
      left(coalesce(said ->> 'view', ''), 200));
  RETURN NULL;
END $$;
"""
WRITE_BACK = """
DROP FUNCTION accounts_audit();
DROP FUNCTION accounts_audit_told(jsonb, text[], text[]);
"""
# Written by the triggers of other tables only, one level down; deleted when it is two years old.
GUARD = """
CREATE FUNCTION accounts_audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND pg_trigger_depth() > 1 THEN
    RETURN NEW;
  ELSIF TG_OP = 'DELETE' AND OLD.at < now() - interval '730 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the audit is written by the database only, and never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_kept BEFORE INSERT OR UPDATE OR DELETE ON accounts_auditentry
  FOR EACH ROW EXECUTE FUNCTION accounts_audit_kept();
"""
GUARD_BACK = """
DROP TRIGGER audit_kept ON accounts_auditentry;
DROP FUNCTION accounts_audit_kept();
"""
# What a person is called is not kept here when the person has gone.
OF_PEOPLE = [
    watch(
        "accounts_organization", organization="id", secret=["link_secret"], passed_over=["updated_at", "money_since"]
    ),
    watch("accounts_domain"),
    watch("accounts_membership", named="user_id"),
    watch("accounts_invitation", secret=["token_hash", "email"], named="id"),
    watch("accounts_apikey", secret=["secret_hash"], passed_over=["last_used_at"]),
    watch("accounts_wardenissuer", organization="", secret=["locked_secret", "locked_client_secret"]),
    watch("accounts_wardenorganization", named="external_id"),
    watch(
        "accounts_user", organization="", secret=["password", "email", "name"], passed_over=["last_login"], named="id"
    ),
    watch("accounts_user_groups", organization="", named="user_id"),
    watch("accounts_user_user_permissions", organization="", named="user_id"),
    watch("auth_group", organization=""),
    watch("auth_group_permissions", organization="", named="group_id"),
    watch("account_emailaddress", organization="", secret=["email"], named="user_id"),
    watch("mfa_authenticator", organization="", secret=["data"], passed_over=["last_used_at"], named="user_id"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_warden_issuers"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("organization_id", models.BigIntegerField(null=True)),
                ("noun", models.CharField(max_length=63, verbose_name="table")),
                ("row_id", models.CharField(max_length=64)),
                ("named", models.CharField(help_text="What the row was called.", max_length=200)),
                (
                    "deed",
                    models.CharField(
                        choices=[("INSERT", "made"), ("UPDATE", "changed"), ("DELETE", "removed")], max_length=6
                    ),
                ),
                ("before", models.JSONField(help_text="The values that changed. Secrets are ***.")),
                ("after", models.JSONField()),
                ("user_id", models.BigIntegerField(null=True)),
                (
                    "program",
                    models.CharField(help_text="The key it came with, where it was a program.", max_length=300),
                ),
                ("task", models.CharField(help_text="The task that did it, where it was one.", max_length=200)),
                ("address", models.CharField(max_length=64)),
                ("request_id", models.CharField(max_length=64)),
                ("view", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["organization_id", "-id"], name="audit_of_organization"),
                    models.Index(fields=["organization_id", "user_id", "-id"], name="audit_of_person"),
                    models.Index(fields=["at"], name="audit_by_age"),
                ],
            },
        ),
        migrations.RunSQL(WRITE, WRITE_BACK),
        migrations.RunSQL(GUARD, GUARD_BACK),
        *OF_PEOPLE,
    ]
