"""Templates, baked with every legal combination of answers."""
