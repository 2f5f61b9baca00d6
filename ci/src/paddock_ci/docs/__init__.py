"""The workspace's documentation: its pages, and what each of them says."""
