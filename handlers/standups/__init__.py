"""What people do with standups: a file for each thing, and what these have in common."""
