"""Golden vectors of messages and their JSON, shared by the tests of all client packages."""
