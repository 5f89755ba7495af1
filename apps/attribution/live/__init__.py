"""Labels of what comes: which rules are in force, put where the store task reads them. docs/attribution.md explains it."""
