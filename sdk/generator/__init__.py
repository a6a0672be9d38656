"""Generates client packages from the contract alone."""
