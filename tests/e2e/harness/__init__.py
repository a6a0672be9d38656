"""What the end-to-end tests share: a small world, server processes, plain gRPC clients."""
