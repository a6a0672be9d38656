"""Templates to files: a folder of templates mirrors the folder of files that it becomes.

`*.jinja` files are rendered and lose the suffix; all others are copied as they are. Templates only
print: what they print is decided in Python and handed over as their context.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import jinja2

from sdk.generator import naming
from sdk.generator.documentation import comment, paragraphs, wrap

TEMPLATES = Path(__file__).resolve().parent / "templates"
SUFFIX = ".jinja"


class RenderingError(Exception):
    """A template is missing or wrong; the message names it."""


def environment(folder: Path = TEMPLATES) -> jinja2.Environment:
    """Return the environment of the templates below a folder.

    Undefined names are errors; block tags take up no line of their own; nothing is escaped.
    Filters: snake, upper_snake, kebab, pascal, camel, accessor, error_name (`naming`), and
    comment, wrap, paragraphs (`documentation`).
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = ("snake", "upper_snake", "kebab", "pascal", "camel", "accessor", "error_name")
    made.filters.update({name: getattr(naming, name) for name in names})
    made.filters.update({"comment": comment, "wrap": wrap, "paragraphs": paragraphs})
    return made


class Templates:
    """The templates of one language."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = environment(folder)

    def render(self, template: str, **context: object) -> bytes:
        """Return what a template of this folder (`src/client.ts.jinja`) prints.

        Raises:
            RenderingError: there is no such template, or it fails.
        """
        try:
            return self._environment.get_template(template).render(**context).encode()
        except jinja2.TemplateError as error:
            place = f"{getattr(error, 'name', None) or template}"
            line = getattr(error, "lineno", None)
            place += f":{line}" if line else ""
            raise RenderingError(f"{self._folder.name}/{place}: {error}") from error

    def render_tree(
        self,
        context: Mapping[str, object],
        *,
        under: str = "",
        skip: tuple[str, ...] = (),
        names: Mapping[str, str] | None = None,
    ) -> dict[str, bytes]:
        """Return every file of the folder, rendered or copied, by its path in the package.

        Args:
            context: what every template sees.
            under: only this subfolder; its name stays part of the paths.
            skip: paths of templates that are left out (parts that others include, or that are
                rendered once for each of something with `render`); a folder ends in `/`.
            names: replacements in paths, such as `{"__package__": "com/example/music"}`.
        """
        return {
            self._output(path, names or {}): self._content(path, context)
            for path in self._paths(under)
            if not any(
                path == each or (each[-1:] == "/" and path.startswith(each)) for each in skip
            )
        }

    def _paths(self, under: str) -> Iterator[str]:
        for path in sorted((self._folder / under).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(self._folder).as_posix()

    def _content(self, path: str, context: Mapping[str, object]) -> bytes:
        if path.endswith(SUFFIX):
            return self.render(path, **context)
        return (self._folder / path).read_bytes()

    @staticmethod
    def _output(path: str, names: Mapping[str, str]) -> str:
        for placeholder, name in names.items():
            path = path.replace(placeholder, name)
        return path.removesuffix(SUFFIX)
