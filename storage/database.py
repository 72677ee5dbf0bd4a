"""Opening the database."""
