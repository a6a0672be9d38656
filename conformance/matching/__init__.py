"""Tells whether what came is what a case expects."""
