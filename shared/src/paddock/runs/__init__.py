"""A run: build, audit, publish; nothing is served that its notebooks did not pass."""
