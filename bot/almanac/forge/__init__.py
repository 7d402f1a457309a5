"""Where repositories, issues and pull requests are: the protocol, GitHub, and a clone on this disk."""
