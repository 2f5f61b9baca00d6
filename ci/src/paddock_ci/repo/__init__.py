"""What git holds of a workspace, and who names whom in it."""
