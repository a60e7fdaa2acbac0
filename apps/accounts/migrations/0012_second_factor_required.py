"""A studio may let its members in only with two-step sign-in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_triggers_of_cascades"),
    ]

    operations = [
        migrations.AddField(
            model_name="studio",
            name="second_factor_required",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
