"""The indexes over bands of the hash carry the hash and the id: who looks alike is found without reading photos."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.expressions import CombinedExpression, F, Value

_FOUND = models.Q(
    ("phash__isnull", False),
    ("state", "ready"),
    ("trashed_at__isnull", True),
    models.Q(("kind", "video"), _negated=True),
)


def _band(number):
    shifted = CombinedExpression(F("phash"), ">>", Value(16 * number)) if number else F("phash")
    return CombinedExpression(shifted, "&", Value(65535))


class Migration(migrations.Migration):
    # Uploads go on while the indexes are made; the old ones go when the new ones are there.
    atomic = False

    dependencies = [
        ("albums", "0021_promised_date"),
    ]

    operations = [
        *(
            AddIndexConcurrently(
                model_name="photo",
                index=models.Index(
                    F("studio"),
                    _band(number),
                    condition=_FOUND,
                    include=("phash", "id"),
                    name=f"albums_photo_near{number}",
                ),
            )
            for number in range(4)
        ),
        *(RemoveIndexConcurrently(model_name="photo", name=f"albums_photo_band{number}") for number in range(4)),
    ]
