"""Tests of the Java package."""
