-- The three roles of Glassine and its database. Run by psql as a superuser, as often as one likes.
-- Passwords come from the environment, where no process list shows them.
\set ON_ERROR_STOP on
\set QUIET on
\getenv owner_password GLASSINE_OWNER_PASSWORD
\getenv app_password GLASSINE_APP_PASSWORD
SET client_min_messages = warning;

-- glassine_owner owns the tables and runs the migrations. CREATEDB is for test databases.
SELECT 'CREATE ROLE glassine_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'glassine_owner') \gexec
ALTER ROLE glassine_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';

-- glassine_app serves requests and jobs: rows only, and row-level security binds it.
SELECT 'CREATE ROLE glassine_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'glassine_app') \gexec
ALTER ROLE glassine_app LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';

-- glassine_system sees all studios. Nobody logs in as it: glassine_app must step into it by SET ROLE, on purpose.
SELECT 'CREATE ROLE glassine_system' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'glassine_system') \gexec
ALTER ROLE glassine_system NOLOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS;
GRANT glassine_system TO glassine_app WITH INHERIT FALSE, SET TRUE;

SELECT 'CREATE DATABASE glassine OWNER glassine_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'glassine') \gexec

-- template1 too, so that databases made for tests begin with the same rights and the extension.
\connect template1
SET client_min_messages = warning;
\ir rights.sql
\connect glassine
SET client_min_messages = warning;
\ir rights.sql
