-- What glassine_owner makes later, the other two roles may use as rows, never as structure.
ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO glassine_app, glassine_system;
ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner
    GRANT USAGE ON SEQUENCES TO glassine_app, glassine_system;
SELECT 'CREATE EXTENSION IF NOT EXISTS vector'
    WHERE EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') \gexec
