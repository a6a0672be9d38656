"""A tiny, complete model version and the world it was made for, worked out by plain code."""
