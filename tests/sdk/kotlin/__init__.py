"""Tests of the Kotlin package."""
