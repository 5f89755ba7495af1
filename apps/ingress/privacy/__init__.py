"""What of a visitor is kept: by the policy of the organization, and after an erasure. See docs/privacy.md."""
