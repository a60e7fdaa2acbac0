"""Links show people, or only photos in which everybody agrees; those there are do neither."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0006_labels"), ("albums", "0008_agreement")]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="people",
            field=models.CharField(
                choices=[("off", "Not shown"), ("faces", "Faces"), ("names", "Faces and names")],
                db_default="off",
                default="off",
                max_length=5,
            ),
        ),
        migrations.AlterField(
            model_name="archive",
            name="what",
            field=models.CharField(max_length=200),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="only_agreed",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
