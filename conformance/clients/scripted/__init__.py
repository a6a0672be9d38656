"""A server that plays a script of replies, errors and faults, and records what arrives."""

from conformance.clients.scripted.server import ScriptedServer

__all__ = ["ScriptedServer"]
