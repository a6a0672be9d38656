"""How calls go over the wire: gRPC, and what an edge speaks besides."""
