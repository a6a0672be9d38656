"""Errors of the training command.

TrainingError      anything the operator can act on; the command prints one line and exits with 2
+-- SnapshotError  a file of the snapshot is missing, malformed or too small
+-- RecipeError    an unknown recipe, or one whose values make no sense
+-- ExportError    the written version does not compute what the trained model computes
"""

from __future__ import annotations


class TrainingError(Exception):
    """A failure with a remedy: the message names the file or key, what is wrong and what to do."""


class SnapshotError(TrainingError):
    """A training snapshot that can't be read or has too little in it."""


class RecipeError(TrainingError):
    """A recipe that does not exist or does not parse."""


class ExportError(TrainingError):
    """A version whose files disagree with the model in memory, or can't be written."""
