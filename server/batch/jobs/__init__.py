"""What the long-running operations do, over ports: idempotent, with progress."""
