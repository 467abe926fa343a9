"""Panel views over plain frames; each shows one thing and opens no store."""
