"""Client mode: programs of the SDKs against a scripted server."""
