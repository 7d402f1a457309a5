"""What readers see: the one place where text becomes Markdown."""
