"""What a run says: text as it goes, JSON, JUnit, a matrix."""
