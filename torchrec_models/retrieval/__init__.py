"""Retrieval models: two-tower, co-engagement, content vectors and popularity."""
