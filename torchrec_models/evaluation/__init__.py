"""Evaluation: full-ranking and classification metrics, baselines, and the offline slate."""
