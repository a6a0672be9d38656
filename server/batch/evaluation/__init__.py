"""Offline quality on held-out events: baselines, the served slate, and their errors."""
