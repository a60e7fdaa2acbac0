"""Photos of a camera with a lens are told by one index: each of both carries the other."""

from django.db import migrations, models

_BESIDE = ("kind", "tier", "stacked", "rating", "label", "flag", "is_dated")
_PAIR = (("camera", "lens"), ("lens", "camera"))


class Migration(migrations.Migration):
    dependencies = [("library", "0017_kinds_of_before")]

    operations = [
        *(migrations.RemoveIndex(model_name="libraryphoto", name=f"library_photo_{name}") for name, _ in _PAIR),
        *(
            migrations.AddIndex(
                model_name="libraryphoto",
                index=models.Index(
                    fields=["studio", name, "-wall", "-id"], include=(*_BESIDE, other), name=f"library_photo_{name}"
                ),
            )
            for name, other in _PAIR
        ),
    ]
