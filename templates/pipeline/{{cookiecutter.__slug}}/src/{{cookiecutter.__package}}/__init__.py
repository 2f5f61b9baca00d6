"""The project's package; `tasks.py` is where it begins."""
