"""What keeps a run from beginning, or from being reported: it ends with status 2.

UnusableError
├── BrokenFileError              a file that was given can't be read
│   ├── BrokenCaseError          loading.py
│   ├── BrokenKeysError          credentials.py
│   ├── BrokenExpectationsError  expected_failures.py
│   └── UnreadableContractError  contract.py
├── BrokenSelectionError         running.py
├── NoReflectionError            reflection.py
├── NoToolchainError             clients/program.py
├── TargetError                  a target can't be opened, is gone, or has nothing to do
│   └── BrokenProgramError       clients/program.py
├── UnwritableReportError        reports/files.py
└── WorldError                   server_mode.py
"""

from __future__ import annotations


class UnusableError(Exception):
    """What was given can't be used; says what and why."""


class BrokenFileError(UnusableError, ValueError):
    """A file can't be read, or does not hold what it should."""


class TargetError(UnusableError):
    """A target that the arguments name can't be opened, is gone, or has nothing to do."""
