"""The ranker: Wide & Deep with cross layers, its training rows, and the linear pre-ranker."""
