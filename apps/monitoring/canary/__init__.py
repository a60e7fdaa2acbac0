"""The isolation canary: every quarter of an hour one studio tries every address of another one."""
