"""What should be true of an issue and its pull request, compared with what is true: the result is a plan."""
