"""How a page writes its events, seen from the events on it, and a section template that writes new ones alike."""
