"""The site: every project, run and dataset of a workspace as pages that need no server and no network."""
