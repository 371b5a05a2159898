"""Claims about feeds."""
