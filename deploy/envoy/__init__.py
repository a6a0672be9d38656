"""The edge: Envoy, its configuration generated from the contract."""
