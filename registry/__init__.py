"""Who holds dispatch rights over which asset, and what was decided about each finding."""
