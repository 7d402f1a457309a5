"""What should be true, compared with what is true."""
