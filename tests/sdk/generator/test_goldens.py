"""What each language makes of the toy API, compared with what is checked in."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdk.generator.generation import Generation, generate
from sdk.generator.language import Languages
from tests.sdk.generator.protos import copy_contract, edit
from tests.sdk.music import goldens

LANGUAGES = list(Languages.discover().by_name)
# Where each language declares a new rpc of RecommendationService, and a new field of its request:
# files, and what stands there.
DECLARED: dict[str, tuple[tuple[str, str], ...]] = {
    "go": (
        ("recommendations.go", ") RollDice("),
        ("shortlist/v1/recommendation_service.pb.go", "VolumeLimit "),
    ),
    "java": (
        ("src/main/java/io/shortlist/sdk/RecommendationsClient.java", " rollDice("),
        ("src/main/java/io/shortlist/v1/RecommendRequest.java", " setVolumeLimit("),
    ),
    "kotlin": (
        ("src/main/kotlin/io/shortlist/sdk/RecommendationsClient.kt", "fun rollDice("),
        ("src/main/kotlin/io/shortlist/v1/RecommendRequestKt.kt", "var volumeLimit:"),
    ),
    "python": (
        ("src/shortlist_sdk/services/recommendations.py", "def roll_dice("),
        ("src/shortlist_sdk/services/recommendations.py", "volume_limit:"),
    ),
    "swift": (
        ("Sources/Shortlist/Services/RecommendationService.swift", "func rollDice("),
        (
            "Sources/Shortlist/Contract/RecommendationServiceMessages.swift",
            "public var volumeLimit:",
        ),
    ),
    "tv": (
        ("lib/shortlist.d.ts", "  rollDice: "),
        ("lib/shortlist.js", "/v1/dice:roll"),
        ("lib/shortlist.d.ts", "  volumeLimit?:"),
    ),
    "typescript": (
        ("src/services/recommendations.ts", "  rollDice("),
        ("src/gen/shortlist/v1/recommendation_service_pb.ts", "  volumeLimit:"),
    ),
}
NEW_FIELD = """  // As quiet as this.
  int32 volume_limit = 3000;
"""
NEW_RPC = """  // Answers with one item, chosen by dice.
  rpc RollDice(RollDiceRequest) returns (RollDiceResponse) {
    option (google.api.http) = {
      post: "/v1/dice:roll"
      body: "*"
    };
    option (shortlist.options.v1.method) = {
      scope: SCOPE_CLIENT
      default_deadline: {seconds: 1}
    };
  }
"""
NEW_MESSAGES = """
// Asks for dice.
message RollDiceRequest {
  // How many.
  int32 count = 1;
}

// The dice.
message RollDiceResponse {
  // What they show.
  repeated int32 eyes = 1;
}
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_toy_api_becomes_what_is_expected(language: str):
    made, expected = goldens.make(language), goldens.read(language)
    hint = f"run python -m tests.sdk.music.goldens {language}, and look at the difference"
    assert sorted(made.texts) == sorted(expected.texts), hint
    for name, content in made.texts.items():
        assert content.decode() == expected.texts[name].decode(), f"{name}: {hint}"
    assert sorted(made.plugin_keys) == expected.plugin_keys, hint
    if not made.missing_plugins:
        assert made.digests == expected.digests, hint


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_protos_give_the_same_bytes(language: str, tmp_path: Path):
    asked = Generation(proto_root=goldens.PROTO, languages=(language,), may_lack_plugins=True)
    languages = Languages.discover([language])
    assert generate(asked, languages)[0].files == generate(asked, languages)[0].files


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_field_and_a_new_rpc_appear_with_no_other_edit(language: str, tmp_path: Path):
    root = copy_contract(tmp_path / "proto")
    asked = Generation(proto_root=root, languages=(language,), may_lack_plugins=True)
    (before,) = generate(asked, Languages.discover([language]))
    proto = root / "shortlist/v1/recommendation_service.proto"
    edit(proto, "message RecommendRequest {\n", "message RecommendRequest {\n" + NEW_FIELD)
    edit(proto, "service RecommendationService {\n", f"service RecommendationService {{\n{NEW_RPC}")
    proto.write_text(proto.read_text() + NEW_MESSAGES)
    (package,) = generate(asked, Languages.discover([language]))
    for name, text in DECLARED[language]:
        if name in package.files:
            assert text in package.files[name].decode()
            assert text not in before.files[name].decode()
        else:
            # A plugin that is not installed here would make it, from other descriptors than before.
            assert package.missing_plugins
            assert sorted(package.plugin_keys) != sorted(before.plugin_keys)
    (facade, _), *_ = DECLARED[language]
    assert "chosen by dice" in package.files[facade].decode()


def test_a_new_field_and_a_new_rpc_are_looked_for_in_every_language():
    assert sorted(DECLARED) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_contract_is_built_into_a_language(language: str):
    asked = Generation(proto_root=goldens.PROTO, languages=(language,), may_lack_plugins=True)
    (package,) = generate(asked, Languages.discover([language]))
    found = [
        f"{name}: {line.strip()}"
        for name, content in package.files.items()
        if content not in package.plugin_contents
        for line in content.decode(errors="replace").splitlines()
        if "shortlist" in line.lower() or "recommend" in line.lower()
    ]
    assert found == []
