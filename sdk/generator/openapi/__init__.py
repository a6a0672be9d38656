"""The REST form of an API as an OpenAPI 3.1 document."""
