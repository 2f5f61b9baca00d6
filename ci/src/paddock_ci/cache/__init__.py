"""The cache of verdicts: what passed once on the same inputs is not run again."""
