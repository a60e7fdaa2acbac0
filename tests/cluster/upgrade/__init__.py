"""What the next version of Glassine could bring: a migration of tables that everybody uses meanwhile."""
