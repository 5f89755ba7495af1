"""`/api/v1/campaigns` and `/api/v1/links`: campaigns for programs. docs/api.md explains it.

door        who asks, which state they have seen, what is said when something is refused
once        what an Idempotency-Key does
pages       lists, page by page
schema      what the documentation says of documents and headers
campaigns, versions, links      the addresses
"""
