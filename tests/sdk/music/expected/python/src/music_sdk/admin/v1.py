"""Messages and enums of music.admin.v1."""

from music_sdk._messages.music.admin.v1 import (
    SetChartRequest,
    SetChartResponse,
)

__all__ = [
    "SetChartRequest",
    "SetChartResponse",
]
