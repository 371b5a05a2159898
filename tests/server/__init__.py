"""Claims about the server."""
