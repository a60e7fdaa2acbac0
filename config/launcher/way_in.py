"""How a process without Django reaches a database."""

from psycopg.conninfo import make_conninfo

from config.addresses import Database

# Seconds that a database may take to answer.
PATIENCE = 5


def way_in(database: Database, name: str = "") -> str:
    """What libpq needs for this database, or for another one of the same server."""
    return make_conninfo(
        host=database.host,
        port=database.port,
        user=database.user,
        password=database.password,
        dbname=name or database.name,
        connect_timeout=PATIENCE,
        **database.options,
    )
