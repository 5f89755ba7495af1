"""What Django cannot say: versions are written once, and what points to one another belongs together."""

from django.db import migrations

# Who wrote a version may be forgotten with the person; nothing else changes. A version goes with its campaign only: when a transaction
# ends in which one was deleted, its campaign must be gone too.
GUARD = """
CREATE FUNCTION campaigns_version_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'created_by_id' IS DISTINCT FROM to_jsonb(OLD) - 'created_by_id'
    OR (NEW.created_by_id IS NOT NULL AND NEW.created_by_id IS DISTINCT FROM OLD.created_by_id)
  THEN
    RAISE EXCEPTION 'a published version is never changed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER version_unchanged BEFORE UPDATE ON campaigns_campaignversion
  FOR EACH ROW EXECUTE FUNCTION campaigns_version_unchanged();

CREATE FUNCTION campaigns_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM campaigns_campaign WHERE id = OLD.campaign_id) THEN
    RAISE EXCEPTION 'a published version goes with its campaign only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER version_kept AFTER DELETE ON campaigns_campaignversion
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION campaigns_version_kept();
"""
GUARD_BACK = """
DROP TRIGGER version_kept ON campaigns_campaignversion;
DROP TRIGGER version_unchanged ON campaigns_campaignversion;
DROP FUNCTION campaigns_version_kept();
DROP FUNCTION campaigns_version_unchanged();
"""
BELONGING = """
ALTER TABLE campaigns_link ADD CONSTRAINT link_of_its_campaigns_organization
  FOREIGN KEY (campaign_id, organization_id) REFERENCES campaigns_campaign (id, organization_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE campaigns_campaign ADD CONSTRAINT campaign_publishes_its_own
  FOREIGN KEY (version_id, id) REFERENCES campaigns_campaignversion (id, campaign_id) DEFERRABLE INITIALLY DEFERRED;
"""
BELONGING_BACK = """
ALTER TABLE campaigns_campaign DROP CONSTRAINT campaign_publishes_its_own;
ALTER TABLE campaigns_link DROP CONSTRAINT link_of_its_campaigns_organization;
"""
SHAPES = """
ALTER TABLE campaigns_campaign ADD CONSTRAINT campaign_draft_is_an_object CHECK (jsonb_typeof(draft) = 'object');
ALTER TABLE campaigns_campaignversion ADD CONSTRAINT version_is_an_object CHECK (jsonb_typeof(document) = 'object');
ALTER TABLE campaigns_link ADD CONSTRAINT link_parameters_are_a_list CHECK (jsonb_typeof(parameters) = 'array');
"""
SHAPES_BACK = """
ALTER TABLE campaigns_link DROP CONSTRAINT link_parameters_are_a_list;
ALTER TABLE campaigns_campaignversion DROP CONSTRAINT version_is_an_object;
ALTER TABLE campaigns_campaign DROP CONSTRAINT campaign_draft_is_an_object;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_campaigns_and_versions")]

    operations = [
        migrations.RunSQL(GUARD, GUARD_BACK),
        migrations.RunSQL(BELONGING, BELONGING_BACK),
        migrations.RunSQL(SHAPES, SHAPES_BACK),
    ]
