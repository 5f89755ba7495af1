"""What Django cannot say: editions are written once, what has ended stays so, and what points to one another belongs together."""

from django.db import migrations

# Who made an edition may be forgotten with the person. An edition goes with its organization only: when a transaction ends in which one
# was deleted, its organization must be gone too.
GUARD = """
CREATE FUNCTION attribution_edition_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'created_by_id' IS DISTINCT FROM to_jsonb(OLD) - 'created_by_id'
    OR (NEW.created_by_id IS NOT NULL AND NEW.created_by_id IS DISTINCT FROM OLD.created_by_id)
  THEN
    RAISE EXCEPTION 'an edition is never changed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER edition_unchanged BEFORE UPDATE ON attribution_edition
  FOR EACH ROW EXECUTE FUNCTION attribution_edition_unchanged();

CREATE FUNCTION attribution_edition_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM accounts_organization WHERE id = OLD.organization_id) THEN
    RAISE EXCEPTION 'an edition goes with its organization only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER edition_kept AFTER DELETE ON attribution_edition
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION attribution_edition_kept();

CREATE FUNCTION attribution_run_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('done', 'cancelled', 'failed')
    AND (NEW.state, NEW.number, NEW.rule, NEW.counts) IS DISTINCT FROM (OLD.state, OLD.number, OLD.rule, OLD.counts)
  THEN
    RAISE EXCEPTION 'a run that has ended is never changed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER run_ended BEFORE UPDATE ON attribution_run
  FOR EACH ROW EXECUTE FUNCTION attribution_run_ended();

CREATE FUNCTION attribution_edition_of_a_run_that_is_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM attribution_run WHERE id = NEW.run_id AND state = 'done') THEN
    RAISE EXCEPTION 'an edition is of a run that is done' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER edition_of_a_run_that_is_done BEFORE INSERT ON attribution_edition
  FOR EACH ROW EXECUTE FUNCTION attribution_edition_of_a_run_that_is_done();
"""
GUARD_BACK = """
DROP TRIGGER edition_of_a_run_that_is_done ON attribution_edition;
DROP TRIGGER run_ended ON attribution_run;
DROP TRIGGER edition_kept ON attribution_edition;
DROP TRIGGER edition_unchanged ON attribution_edition;
DROP FUNCTION attribution_edition_of_a_run_that_is_done();
DROP FUNCTION attribution_run_ended();
DROP FUNCTION attribution_edition_kept();
DROP FUNCTION attribution_edition_unchanged();
"""
BELONGING = """
ALTER TABLE attribution_run ADD CONSTRAINT run_of_its_campaigns_organization
  FOREIGN KEY (campaign_id, organization_id) REFERENCES campaigns_campaign (id, organization_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE attribution_run ADD CONSTRAINT run_reverts_its_organizations_own
  FOREIGN KEY (reverts_id, organization_id) REFERENCES attribution_run (id, organization_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE attribution_edition ADD CONSTRAINT edition_has_its_runs_number
  FOREIGN KEY (run_id, organization_id, number) REFERENCES attribution_run (id, organization_id, number)
  DEFERRABLE INITIALLY DEFERRED;
"""
BELONGING_BACK = """
ALTER TABLE attribution_edition DROP CONSTRAINT edition_has_its_runs_number;
ALTER TABLE attribution_run DROP CONSTRAINT run_reverts_its_organizations_own;
ALTER TABLE attribution_run DROP CONSTRAINT run_of_its_campaigns_organization;
"""


class Migration(migrations.Migration):
    dependencies = [("attribution", "0004_runs_and_editions")]

    operations = [
        migrations.RunSQL(GUARD, GUARD_BACK),
        migrations.RunSQL(BELONGING, BELONGING_BACK),
    ]
