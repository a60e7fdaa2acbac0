#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: the three roles and the database, as everywhere else.
set -eu
psql --no-psqlrc --username "$POSTGRES_USER" --dbname postgres --file /glassine/roles.sql
