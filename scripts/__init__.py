"""What is done with the repository, from its root: see each script."""
