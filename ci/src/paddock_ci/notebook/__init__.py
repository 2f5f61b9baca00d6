"""One notebook file: what it says, and what the checks NB1xx find in it, without running it."""
