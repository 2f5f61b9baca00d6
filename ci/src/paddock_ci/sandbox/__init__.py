"""A check's process reads what its cache key is made of: anything else is not there."""
