"""An issue's text comes in here and leaves as answers."""
