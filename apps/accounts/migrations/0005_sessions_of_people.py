import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# Until all processes have been restarted, those of before read and write sessions by their old name. A later
# migration drops the view.
MOVE = """
    alter table django_session rename to accounts_browsersession;
    alter table accounts_browsersession
        add column user_id uuid null references accounts_user (id) deferrable initially deferred,
        add column device varchar(60) not null default '',
        add column began_at timestamptz not null default statement_timestamp(),
        add column seen_at timestamptz not null default statement_timestamp();
    create index accounts_browsersession_user_id on accounts_browsersession (user_id);
    create view django_session as select session_key, session_data, expire_date from accounts_browsersession;
"""


def create_or_move(apps, schema_editor):
    """Nobody is signed out: sessions of before are in Django's own table, and whose they are is known at the next use."""
    model = apps.get_model("accounts", "BrowserSession")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select to_regclass('public.django_session') is not null")
        (is_there,) = cursor.fetchone()
    if is_there:
        schema_editor.execute(MOVE)
    else:
        schema_editor.create_model(model)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_second_factor_and_expiring_keys"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="BrowserSession",
                    fields=[
                        (
                            "session_key",
                            models.CharField(
                                max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                            ),
                        ),
                        ("session_data", models.TextField(verbose_name="session data")),
                        ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                        ("device", models.CharField(blank=True, db_default="", max_length=60)),
                        ("began_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "session",
                        "verbose_name_plural": "sessions",
                        "abstract": False,
                    },
                ),
            ],
        ),
        # After the state, so that the function finds the model.
        migrations.RunPython(create_or_move),
    ]
