"""Lists whose visitor asks for more photos, and an index of comments that nobody has read."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("sharing", "0003_planned_emails_know_their_hour")]

    operations = [
        migrations.AddField(
            model_name="selection",
            name="asked_more_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="selection",
            index=models.Index(
                fields=["studio", "asked_more_at"],
                condition=Q(asked_more_at__isnull=False),
                name="sharing_selection_asked",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                fields=["studio", "shown"],
                condition=Q(author__isnull=True, read_at__isnull=True, removed_at__isnull=True),
                name="sharing_comment_unread",
            ),
        ),
    ]
