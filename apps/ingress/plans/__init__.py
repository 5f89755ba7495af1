"""Plans: what ingress knows of a campaign, and where a plan sends a click. See docs/architecture.md, "A campaign decides"."""
