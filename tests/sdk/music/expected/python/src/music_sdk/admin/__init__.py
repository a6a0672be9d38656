"""Packages of music."""
