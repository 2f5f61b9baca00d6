"""The effect of a change of templates on every project, found out in scratch copies of the workspace."""
