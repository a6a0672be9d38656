"""The demonstration: from data to a slate that answers to an event, in one terminal."""
