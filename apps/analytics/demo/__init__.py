"""The demo organization: made-up people and links, and ninety days of made-up clicks that behave like real ones."""
