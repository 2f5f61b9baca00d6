"""What a change can influence."""
