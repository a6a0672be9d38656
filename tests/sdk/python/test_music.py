"""The package of another API, the toy one: it type-checks, and is used here as its users would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sdk.generator.command import main
from tests.sdk.music.goldens import PROTO

# Types are checked too, so that reserved words and odd names are seen through a user's eyes.
USES = """
import asyncio
import datetime

from music_sdk import AlbumNotFoundError, Client, Code, MusicError, SoldOutError, v1
from music_sdk.admin import v1 as admin
from music_sdk.testing import MockTransport, failure

LIST = "/music.v1.AlbumService/ListAlbums"
DELETE = "/music.v1.AlbumService/Delete"
PLAYS = "/music.v1.PlayService/WritePlays"
CHART = "/music.admin.v1.ChartService/SetChart"


async def main() -> None:
    transport = MockTransport()
    client = Client("mock", transport=transport)

    album = v1.Album(
        name="albums/a",
        play_count=2**60,
        prices={"DE": v1.Price(units=9, currency="EUR")},
        listeners_by_year={2024: 2**63},
        moods={"evening": v1.Mood.NONE},
        record=v1.AlbumRecord(
            speed=v1.AlbumRecordSpeed.SINGLE, sides=[v1.AlbumRecordSide(letter="A")]
        ),
        release_time=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
        length=datetime.timedelta(minutes=40),
        limit=3,
        class_="rare",
        import_="no",
        in_=1,
        is_=2,
        lambda_="l",
        object="o",
        self="s",
        type="t",
        comments=[v1.Comment(text="a", replies=[v1.Comment(text="b")])],
    )
    assert v1.Album.parse(bytes(album)) == album
    assert v1.Album.from_json(album.to_json()) == album

    transport.reply(
        LIST,
        v1.ListAlbumsResponse(albums=[album, album], next_cursor="2"),
        v1.ListAlbumsResponse(albums=[album]),
    )
    albums = [each async for each in client.albums.list_albums_pager(mood=v1.Mood.CALM, limit=2)]
    assert albums == [album] * 3
    second = v1.ListAlbumsRequest.parse(transport.calls[1].body)
    assert (second.cursor, second.limit, second.mood) == ("2", 2, v1.Mood.CALM)

    transport.reply(DELETE, failure(Code.NOT_FOUND, "ALBUM_NOT_FOUND"))
    try:
        await client.albums.delete(name="albums/a")
    except AlbumNotFoundError as error:
        assert isinstance(error, MusicError)
    else:
        raise AssertionError("no error")
    assert issubclass(SoldOutError, MusicError)
    assert transport.calls[-1].attempt.metadata["x-music-attempt"] == "1"

    transport.reply(PLAYS, v1.WritePlaysResponse(outcomes=[v1.PlayOutcome()]))
    async with client.event_queue() as queue:
        slate = v1.NextTracksResponse(
            radio_token="token", picks=[v1.Pick(track_id="t", place=4)]
        )
        tracker = client.impressions(queue, slate, device_id="d")
        assert await tracker.shown(slate.picks[0])
        assert await queue.flush()
    (play,) = v1.WritePlaysRequest.parse(transport.calls[-1].body).plays
    assert (play.kind, play.device_id, play.radio_token) == (
        v1.PlayKind.IMPRESSION,
        "d",
        "token",
    )
    assert play.tracks == [v1.PlayedTrack(track_id="t", place=4)]
    assert play.play_id
    assert play.play_time is not None

    transport.reply(CHART, admin.SetChartResponse(replaced_count=1))
    reply = await client.charts.set_chart(chart="top", tracks=[v1.Track(track_id="t")])
    assert reply.replaced_count == 1
    print("well")


asyncio.run(main())
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy API's Python package."""
    out = tmp_path_factory.mktemp("music")
    assert main(["--proto", str(PROTO), "--only", "python", "--out", str(out)]) == 0
    (out / "python" / "uses.py").write_text(USES)
    return out / "python"


def test_another_api_is_used_like_ours(package: Path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "uses.py"],
        cwd=package,
        env={**os.environ, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "well\n", done.stderr


def test_another_api_type_checks(package: Path):
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "-p", "music_sdk"],
        cwd=package,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    uses = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "uses.py"],
        cwd=package,
        env={**os.environ, "MYPYPATH": "src"},
        capture_output=True,
        text=True,
    )
    assert uses.returncode == 0, uses.stdout
