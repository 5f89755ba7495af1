"""The one door to ClickHouse: `writer` stores events exactly once, `reader` asks questions for one organization."""
