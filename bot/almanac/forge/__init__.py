"""Where repositories, issues and pull requests live."""
