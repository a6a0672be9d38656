"""Names, comments and templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdk.generator import naming
from sdk.generator.changelog import ChangelogError, read_changelog
from sdk.generator.documentation import comment, paragraphs, wrap
from sdk.generator.rendering import RenderingError, Templates


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ListItemsResponse", "list items response"),
        ("list_items_response", "list items response"),
        ("HTTPRule", "http rule"),
        ("field_39_name", "field 39 name"),
        ("Utf8Text", "utf8 text"),
        ("ERROR_REASON_INTERNAL", "error reason internal"),
        ("", ""),
    ],
)
def test_names_of_any_case_are_split(name: str, words: str):
    assert " ".join(naming.words(name)) == words


def test_names_are_written_in_every_case():
    name = "ListHTTPItems"
    assert naming.snake(name) == "list_http_items"
    assert naming.upper_snake(name) == "LIST_HTTP_ITEMS"
    assert naming.kebab(name) == "list-http-items"
    assert naming.pascal(name) == "ListHttpItems"
    assert naming.camel(name) == "listHttpItems"


@pytest.mark.parametrize(
    ("service", "accessor"),
    [
        ("RecommendationService", "recommendations"),
        ("CatalogService", "catalog"),
        ("ServingConfigService", "serving_configs"),
        ("NewsService", "news"),
        ("Service", "services"),
        ("Radio", "radios"),
    ],
)
def test_accessors_are_plurals(service: str, accessor: str):
    assert naming.accessor(service) == accessor


def test_errors_are_named_after_their_reasons():
    assert naming.error_name("INVALID_FILTER") == "InvalidFilterError"
    assert naming.error_name("STORAGE_ERROR") == "StorageError"


def test_comments_keep_paragraphs_and_widths():
    docs = "One two\nthree four.\n\n\nFive."
    assert paragraphs(docs) == ["One two three four.", "Five."]
    assert wrap(docs, 12) == ["One two", "three four.", "", "Five."]
    assert comment(docs, "// ", width=18) == "// One two three\n// four.\n//\n// Five."
    assert comment("Text.", " * ", indent=2, opening="/**", closing=" */") == (
        "  /**\n   * Text.\n   */"
    )
    assert comment("", "// ") == ""
    assert wrap("a-long-word-that-does-not-fit", 5) == ["a-long-word-that-does-not-fit"]


def test_a_tree_of_templates_mirrors_its_output(tmp_path: Path):
    folder = tmp_path / "toy"
    for name, text in {
        "README.md.jinja": "# {{ title }}\n",
        "src/__package__/plain.txt": "{{ as it is }}\n",
        "src/__package__/part.jinja": "left out",
        "parts/a.jinja": "left out",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    made = Templates(folder).render_tree(
        {"title": "Toy"},
        skip=("src/__package__/part.jinja", "parts/"),
        names={"__package__": "com/toy"},
    )
    assert made == {"README.md": b"# Toy\n", "src/com/toy/plain.txt": b"{{ as it is }}\n"}


def test_a_template_that_fails_is_named(tmp_path: Path):
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "a.txt.jinja").write_text("{{ unknown }}")
    (folder / "b.txt.jinja").write_text("\n{% if %}")
    with pytest.raises(RenderingError, match=r"toy/a.txt.jinja: 'unknown' is undefined"):
        Templates(folder).render("a.txt.jinja")
    with pytest.raises(RenderingError, match=r"toy/b.txt.jinja:2: "):
        Templates(folder).render("b.txt.jinja")


def test_the_changelog_gives_the_version(tmp_path: Path):
    assert read_changelog(tmp_path)[0] == "0.1.0"
    path = tmp_path / "CHANGELOG.md"
    path.write_text("# Changelog\n\n## [2.1.0-rc.1] - soon\n\n## 2.0.0\n")
    version, text = read_changelog(tmp_path)
    assert version == "2.1.0-rc.1"
    assert text.startswith("# Changelog")
    path.write_text("# Changelog\n\n## Unreleased\n")
    with pytest.raises(ChangelogError, match="no heading such as"):
        read_changelog(tmp_path)
