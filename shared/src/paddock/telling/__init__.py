"""The telling of errors: as plain text, at a prompt, with the page about each."""
