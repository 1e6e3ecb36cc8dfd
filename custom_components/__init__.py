"""What Home Assistant loads from here: `green_api`."""
