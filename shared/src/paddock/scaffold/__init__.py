"""New projects from the team's templates."""
