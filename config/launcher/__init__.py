"""PostgreSQL and Redis from wheels, and one foreground process that runs the whole house on one machine."""
