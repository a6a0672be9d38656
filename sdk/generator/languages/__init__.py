"""One module a language; those with a `LANGUAGE` are generated (`sdk.generator.language`)."""
