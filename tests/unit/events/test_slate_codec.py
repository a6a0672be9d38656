"""What the slate log refuses to read."""

from __future__ import annotations

import zlib

import pytest

from server.events.slate_codec import decode


def test_another_format_is_refused():
    with pytest.raises(ValueError, match="format 9"):
        decode(zlib.compress(b"\x09\x00\x00\x00\x00"))
