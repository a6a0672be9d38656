"""The mapping language: how a data set's files become items, users and events."""
