"""The embedded stack: PostgreSQL, Redis and ClickHouse as child processes, for a machine that has none."""
