"""Settings: the documented file is the defaults, and a fault is named so that it can be mended."""

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic import BaseModel

from server.core.errors import ArtifactError
from server.core.surface import Exploration, Rule, RuleKind, Surface
from server.settings import Settings, load_settings
from server.settings.surfaces import (
    ExplorationSettings,
    RuleSettings,
    SurfaceSettings,
    surfaces_of,
)

EMBEDDED = Path(__file__).parents[3] / "server" / "config" / "embedded.toml"
DOCS = Path(__file__).parents[3] / "docs"
GUIDES = (DOCS / "configuration.md", DOCS / "security.md")


def written(tmp_path, text):
    path = tmp_path / "my.toml"
    path.write_text(text)
    return path


def leaves(model, prefix=""):
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from leaves(value, f"{prefix}{name}.")
        elif value is not None and name != "surfaces":
            yield f"{prefix}{name}"


def keys_of(table, prefix=""):
    for name, value in table.items():
        if isinstance(value, dict):
            yield from keys_of(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_the_documented_file_is_the_defaults():
    assert load_settings(EMBEDDED) == Settings()


def test_the_documented_file_has_every_key():
    documented = tomllib.loads(EMBEDDED.read_text())
    assert sorted(keys_of(documented)) == sorted(leaves(Settings()))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_the_examples_of_the_guides_are_accepted(tmp_path, guide):
    blocks = guide.read_text().split("```toml\n")[1:]
    assert blocks
    for block in blocks:
        surfaces_of(load_settings(written(tmp_path, block.split("```")[0])).surfaces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[gateway]\nprot = 1", "gateway.prot: no such key; did you mean 'port'?"),
        ("[gateway]\nport = 70000", "gateway.port: Input should be less than or equal to 65535"),
        ("[surfaces.home]\nseen = 'kepp'", "surfaces.home.seen: Input should be 'keep'"),
        ("[surfaces.x]\nlike = 'y'", "surfaces.x.like: no surface 'y'; use one of home, "),
        ("[surfaces.x.rules.r]\nkid = 1", "no such key; did you mean 'kind'?"),
        ("zzz = 1", "zzz: no such key; known are"),
        ("= 1", "not TOML"),
    ],
)
def test_a_fault_names_file_key_and_remedy(tmp_path, text, expected):
    path = written(tmp_path, text)
    with pytest.raises(ArtifactError) as caught:
        load_settings(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert expected in str(caught.value)


def test_a_fault_of_a_section_does_not_print_it(tmp_path):
    path = written(tmp_path, "[surfaces.x]\nlike = 'y'")
    with pytest.raises(ArtifactError) as caught:
        load_settings(path)
    assert str(caught.value).startswith(f"{path}: surfaces.x.like: ")
    assert "(it is" not in str(caught.value)


def test_every_fault_of_a_file_is_named(tmp_path):
    with pytest.raises(ArtifactError) as caught:
        load_settings(written(tmp_path, "[gateway]\nport = -1\n[ranker]\nthreads = 0"))
    assert len(str(caught.value).splitlines()) == 2


def test_a_list_whose_only_entry_is_wrong_is_one_fault(tmp_path):
    text = '[gateway.auth.jwt]\nkeys = "k"\nissuer = "i"\naudience = ["a"]\nalgorithms = ["none"]'
    with pytest.raises(ArtifactError, match=r"algorithms\.0: Input should be") as caught:
        load_settings(written(tmp_path, text))
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ArtifactError, match=r"none\.toml: cannot be read"):
        load_settings(tmp_path / "none.toml")


def test_the_command_line_takes_precedence(tmp_path):
    path = written(tmp_path, "[gateway]\nport = 1\nhost = '0.0.0.0'")
    gateway = load_settings(path, {"gateway": {"port": 2}}).gateway
    assert (gateway.port, gateway.host) == (2, "0.0.0.0")


def test_a_surface_keeps_what_the_file_does_not_set(tmp_path):
    path = written(
        tmp_path, "[surfaces.home]\ndiversity = 0.7\n[surfaces.home.exploration]\nrate = 0"
    )
    home = surfaces_of(load_settings(path).surfaces).get("home")
    assert home.diversity == 0.7
    assert home.exploration == Exploration(rate=0)
    assert home.excludes_engaged


def test_a_new_surface_starts_like_another(tmp_path):
    text = (
        "[surfaces.gifts]\nlike = 'home'\nshortlist = 10\n[surfaces.gifts.rules.top]\nkind = 'pin'"
    )
    gifts = surfaces_of(load_settings(written(tmp_path, text)).surfaces).get("gifts")
    home = surfaces_of({}).get("home")
    assert gifts.sources == home.sources
    assert gifts.shortlist == 10
    assert [rule.kind for rule in gifts.rules] == [RuleKind.PIN]


@pytest.mark.parametrize(
    ("section", "value", "besides"),
    [
        (SurfaceSettings, Surface, {"like"}),
        (RuleSettings, Rule, set()),
        (ExplorationSettings, Exploration, set()),
    ],
)
def test_every_key_of_a_surface_can_be_set_with_the_same_default(section, value, besides):
    # A file has times, not milliseconds.
    keys = {each.name.replace("_ms", "_time") for each in fields(value)} - {"name"}
    assert set(section.model_fields) - besides == keys
    for each in fields(value):
        if each.name in keys and isinstance(each.default, int | float | str | tuple):
            if each.name == "rules":
                continue
            assert section.model_fields[each.name].default == each.default, each.name
