"""Each change of a face's numbers is counted, so that whoever remembers them learns of it (see `faces.vectors`)."""

from django.db import migrations, models

# Under the lock of `models.hold`: who holds a studio sees every number below the ones that are still to come.
COUNT = """
CREATE SEQUENCE faces_face_measured;
CREATE FUNCTION faces_face_measured() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.embedding IS NOT DISTINCT FROM OLD.embedding THEN
        NEW.measured := OLD.measured;
    ELSE
        PERFORM pg_advisory_xact_lock(hashtextextended('faces:' || NEW.studio_id::text, 7));
        NEW.measured := nextval('faces_face_measured');
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER faces_face_measured BEFORE INSERT OR UPDATE OF embedding, measured ON faces_face
FOR EACH ROW EXECUTE FUNCTION faces_face_measured();
"""
DROP = """
DROP TRIGGER faces_face_measured ON faces_face;
DROP FUNCTION faces_face_measured();
DROP SEQUENCE faces_face_measured;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("faces", "0007_face_samples"),
    ]

    operations = [
        migrations.AddField(
            model_name="face",
            name="measured",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunSQL(COUNT, DROP),
    ]
