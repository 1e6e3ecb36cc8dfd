"""The integration at work, for `scripts/develop`."""
