"""Training data: snapshots, histories, counters, splits and labels as numpy arrays."""
