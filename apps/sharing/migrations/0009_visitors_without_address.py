"""Visitors who only rated photos, and those whose address is another one's, have no address of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0008_email_texts")]

    operations = [
        migrations.AlterField(model_name="visitor", name="email", field=models.EmailField(blank=True, max_length=254)),
        migrations.AddField(
            model_name="visitor",
            name="claimed_email",
            field=models.EmailField(blank=True, db_default="", default="", max_length=254),
        ),
        # The new one first, so that no moment is without any.
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("email__gt", "")),
                fields=("studio", "shown", "email"),
                name="sharing_visitor_address",
            ),
        ),
        migrations.RemoveConstraint(model_name="visitor", name="sharing_visitor_email"),
    ]
