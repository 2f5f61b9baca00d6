"""A project's tests as pytest reads them: which are run, and what they claim."""
