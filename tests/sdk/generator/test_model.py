"""The model: what is read from protos, with the toy API and the contract itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2 as pb

from sdk.generator.api_model import Api, Enum, Kind, Retry, Scope
from sdk.generator.descriptors import load
from sdk.generator.generation import Generation, generate
from sdk.generator.language import Languages, Target, without_operators
from sdk.generator.protos import build, gather
from tests.sdk.generator.protos import CONTRACT, ROOT, api_of, copy_contract, edit, service

MUSIC = ROOT / "tests" / "sdk" / "music" / "proto"


def model_of(root: Path, scratch: Path) -> Api:
    own = gather(root, scratch)
    return load(build(scratch), own)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return model_of(MUSIC, tmp_path_factory.mktemp("music"))


def method(api: Api, name: str):
    return next(each for _, each in api.methods() if each.name == name)


def test_services_and_packages_come_in_a_fixed_order(music: Api):
    assert music.name == "music"
    assert music.packages == ("music.admin.v1", "music.v1")
    assert [each.name for each in music.services] == [
        "AlbumService",
        "PlayService",
        "RadioService",
        "ChartService",
    ]


def test_every_kind_of_field_is_read(music: Api):
    album = music.message("music.v1.Album")
    kinds = {each.name: each for each in album.fields}
    assert kinds["tracks"].is_repeated
    assert kinds["tracks"].type_name == "music.v1.Track"
    assert (kinds["prices"].map_key, kinds["prices"].kind) == (Kind.STRING, Kind.MESSAGE)
    assert (kinds["listeners_by_year"].map_key, kinds["listeners_by_year"].kind) == (
        Kind.INT64,
        Kind.UINT64,
    )
    assert not kinds["prices"].is_repeated
    assert (kinds["moods"].kind, kinds["moods"].type_name) == (Kind.ENUM, "music.v1.Mood")
    assert kinds["cover"].kind is Kind.BYTES
    assert kinds["uri"].oneof == kinds["record"].oneof == "source"
    assert kinds["rating"].oneof == ""
    presence = {name for name, each in kinds.items() if each.has_presence}
    assert presence == {
        "release_time",
        "length",
        "uri",
        "record",
        "radio",
        "rating",
        "live",
        "subtitle",
        "notes",
        "limit",
    }
    assert [each.name for each in album.fields if each.is_required] == ["name"]
    assert [each.name for each in album.fields if each.is_deprecated] == ["label"]
    assert kinds["field_39_name"].json_name == "field39Name"
    # Entries of maps are no messages of their own.
    assert not [each for each in music.messages if each.name.endswith("Entry")]


def test_comments_are_read_with_their_paragraphs(music: Api):
    album = music.message("music.v1.Album")
    assert album.docs == (
        "An album: every kind of field, and names that languages keep for themselves.\n\n"
        "A second paragraph, with `code`, */ and a <tag>."
    )
    assert album.field("play_count").docs == "Beyond 2^53."
    assert music.docs == "A music library, made to meet everything a contract may hold."
    side = music.message("music.v1.Album.Record.Side")
    assert (side.name, side.docs) == ("Album.Record.Side", "A side.")


def test_enums_lose_their_prefix(music: Api):
    speed = music.type("music.v1.Album.Record.Speed")
    assert isinstance(speed, Enum)
    assert [each.short_name for each in speed.values] == ["UNSPECIFIED", "LONG", "SINGLE"]
    tiny = api_of(
        service(
            messages="enum Year {\n  YEAR_UNSPECIFIED = 0;\n  YEAR_1984 = 1;\n}\n"
            "message AskRequest {\n  Year year = 1;\n}\nmessage AskResponse {}"
        )
    )
    # No name may begin with a digit.
    assert [each.short_name for each in tiny.enums[0].values] == ["YEAR_UNSPECIFIED", "YEAR_1984"]


def test_policies_are_read(music: Api):
    albums = method(music, "ListAlbums")
    assert albums.default_deadline_ms == 1500
    assert albums.paging is not None
    assert albums.paging.next_page_token_field == "next_cursor"
    get = method(music, "GetAlbum")
    assert get.retryable_codes == ("UNAVAILABLE", "ABORTED")
    assert get.cache is not None
    assert (get.cache.max_age_ms, get.cache.stale_if_error_ms) == (60_000, 3_600_000)
    assert get.http is not None
    assert (get.http.verb, get.http.path, get.http.path_fields) == (
        "GET",
        "/v1/{name=albums/*}",
        ("name",),
    )
    importing = method(music, "Import")
    assert importing.operation_response == "music.v1.ImportResponse"
    assert importing.operation_metadata == "music.v1.ImportMetadata"
    assert method(music, "SetChart").scope is Scope.ADMIN
    radio = method(music, "NextTracks")
    assert (radio.request_id_field, radio.subject_fields) == (
        "request_id",
        ("listener_id", "device_id"),
    )
    assert method(music, "WatchStation").is_streaming


def test_reasons_are_read_without_their_prefix(music: Api):
    assert [(each.name, each.code, each.retry) for each in music.error_reasons] == [
        ("ALBUM_NOT_FOUND", "NOT_FOUND", Retry.NEVER),
        ("OUT_OF_TUNE", "UNAVAILABLE", Retry.IF_IDEMPOTENT),
        ("SOLD_OUT", "RESOURCE_EXHAUSTED", Retry.AFTER_DELAY),
        ("TICKET_EXPIRED", "UNAUTHENTICATED", Retry.AFTER_REFRESH),
    ]


def test_impressions_are_found_by_what_slates_and_events_share(music: Api):
    found = music.impressions
    assert found is not None
    assert (found.event, found.type_field, found.impression_type, found.click_type) == (
        "music.v1.Play",
        "kind",
        "PLAY_KIND_IMPRESSION",
        "PLAY_KIND_CLICK",
    )
    assert (found.items_field, found.item_id_field, found.position_field) == (
        "tracks",
        "track_id",
        "place",
    )
    assert found.subject_fields == ("listener_id", "device_id")


def test_an_api_without_events_has_no_impressions():
    assert api_of(service()).impressions is None


def test_types_of_others_are_there_only_if_used(music: Api):
    names = {each.full_name for each in music.messages}
    assert {"google.rpc.Status", "google.longrunning.WaitOperationRequest"} <= names
    assert "google.longrunning.ListOperationsRequest" not in names
    tiny = {each.full_name for each in api_of(service()).messages}
    assert tiny == {"tiny.v1.AskRequest", "tiny.v1.AskResponse"}


def test_apps_get_no_services_of_operators(music: Api):
    app = without_operators(music)
    assert [each.name for each in app.services] == ["AlbumService", "PlayService", "RadioService"]
    assert app.packages == ("music.v1",)
    assert "music.admin.v1.SetChartRequest" not in {each.full_name for each in app.messages}
    assert app.message("music.v1.Track").name == "Track"
    assert music.message("music.admin.v1.SetChartRequest").package == "music.admin.v1"


def test_the_digest_changes_with_the_contract_alone(tmp_path: Path):
    first = model_of(CONTRACT, tmp_path / "a")
    assert model_of(CONTRACT, tmp_path / "b").digest == first.digest
    copy = copy_contract(tmp_path / "copy")
    edit(copy / "shortlist/v1/event.proto", "string session_id = 7", "string visit_id = 7")
    assert model_of(copy, tmp_path / "c").digest != first.digest


class Seen:
    """A language that only looks."""

    name = "seen"

    def generate(self, api: Api, target: Target) -> dict[str, bytes]:
        self.api, self.target = api, target
        return {}


@pytest.fixture(scope="module")
def target() -> Target:
    seen = Seen()
    asked = Generation(proto_root=MUSIC, languages=("seen",))
    generate(asked, Languages({"seen": seen}))
    return seen.target


def test_clients_get_descriptors_without_foreign_options(target: Target):
    files = pb.FileDescriptorSet.FromString(target.descriptor_set).file
    names = [each.name for each in files]
    assert not [name for name in names if name.startswith(("google/api", "buf/", "shortlist/"))]
    assert target.dependencies == (
        "google/longrunning/operations.proto",
        "google/rpc/error_details.proto",
        "google/rpc/status.proto",
    )
    for file in files:
        assert set(file.dependency) <= set(names[: names.index(file.name)])
        assert not file.extension
        for each in file.service:
            assert not [method for method in each.method if method.options.ByteSize()]
    assert b"shortlist.options" not in target.descriptor_set
    album = next(each for each in files if each.name == "music/v1/album.proto")
    assert album.message_type[0].field[24].options.deprecated
    comments = [each.leading_comments for each in album.source_code_info.location]
    assert " Beyond 2^53.\n" in comments


def test_files_get_the_options_a_plugin_needs(target: Target):
    changed = target.with_file_options(lambda name: {"java_package": f"com.{name[:5]}"})
    files = pb.FileDescriptorSet.FromString(changed.descriptor_set).file
    packages = {each.name: each.options.java_package for each in files}
    assert packages["music/v1/album.proto"] == "com.music"
    assert packages["google/rpc/status.proto"] == "com.google.rpc"


def test_the_contract_can_be_generated_for(tmp_path: Path):
    api = model_of(CONTRACT, tmp_path)
    assert api.name == "shortlist"
    assert api.impressions is not None
    assert {each.name for each in api.error_reasons} >= {"INVALID_FILTER", "OVERLOADED"}
    assert all(each.http for _, each in api.methods() if not each.is_streaming)
