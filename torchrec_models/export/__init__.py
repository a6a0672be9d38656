"""Export: a trained model becomes an immutable version folder with a manifest."""
