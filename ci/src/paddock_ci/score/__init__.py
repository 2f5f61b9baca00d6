"""The ML Test Score of a project, computed from its files and its last run."""
