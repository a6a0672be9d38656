"""Packages of shortlist."""
