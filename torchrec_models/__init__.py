"""Models of Shortlist: reads a training snapshot, trains, evaluates and writes a model version."""
