"""Results against labelled meters: what is right, how often, by how much, and how sure that is."""
