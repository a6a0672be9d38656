"""Imports: files in any mapped layout, read as columns, written through the stores' ports."""
