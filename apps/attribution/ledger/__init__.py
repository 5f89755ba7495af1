"""The ledger: which campaign each click belongs to, and belonged to at any earlier edition. docs/attribution.md explains it."""
