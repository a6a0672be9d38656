"""Tests of the TV package, in Node and in the engines of old TVs."""
