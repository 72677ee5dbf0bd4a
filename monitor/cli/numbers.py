"""Numbers of things as people type them: what no row can be called is a slip of the hand, and is said before anything is opened."""

from __future__ import annotations

LARGEST = 2**31 - 1
"""The largest number a row can have: PostgreSQL's integer; SQLite's own limit is a fault of the program when it is met."""
