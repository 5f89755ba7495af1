"""A small Warden for development and tests: a real issuer, with real keys, over HTTP. Never for production."""
