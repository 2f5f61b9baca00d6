"""Reports of any notebooks: executed several at once, kept as long as nothing that they depend on changes."""
