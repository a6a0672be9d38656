"""Keeps the charts."""

from __future__ import annotations

from typing_extensions import TypedDict, Unpack

from music_sdk import v1
from music_sdk.admin import v1 as admin_v1
from music_sdk.call_options import CallOptions
from music_sdk.caller import Caller
from music_sdk.codes import Code
from music_sdk.method import Method
from music_sdk.requests import request_of


class SetChartRequestFields(TypedDict, total=False):
    """The fields of SetChartRequest."""

    chart: str
    tracks: list[v1.Track]


SET_CHART = Method(
    "/music.admin.v1.ChartService/SetChart",
    admin_v1.SetChartRequest,
    admin_v1.SetChartResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=5.0,
)


class ChartService:
    """Keeps the charts."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def set_chart(
        self,
        request: admin_v1.SetChartRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[SetChartRequestFields],
    ) -> admin_v1.SetChartResponse:
        """Replaces a chart."""
        message = request_of(admin_v1.SetChartRequest, request, fields)
        return await self._caller.unary(SET_CHART, message, call_options)
