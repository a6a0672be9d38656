"""Feature encoding: raw values become embedding ids, normalised numbers and crosses."""
