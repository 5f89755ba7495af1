"""`/api/v1/runs` and `/api/v1/editions`: naming clicks after they came, for programs. docs/api.md explains it.

told        documents of runs, editions and previews, and their schemas
asked       what a new run is told
runs, editions      the addresses
"""
