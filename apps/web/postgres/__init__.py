"""Django's PostgreSQL with fewer questions to the server: each is a quarter of a millisecond that every page waits."""
