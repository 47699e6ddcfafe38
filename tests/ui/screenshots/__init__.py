"""Pictures of every screen: for the guide, and of every size, look and language to be looked at."""
