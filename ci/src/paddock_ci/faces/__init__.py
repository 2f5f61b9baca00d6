"""The faces of a check: its report as people and machines read it."""
