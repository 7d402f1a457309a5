"""GitHub, through PyGithub."""
