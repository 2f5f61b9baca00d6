"""The engine: chooses the jobs of a change, orders them, runs each once, and keeps what passed."""
