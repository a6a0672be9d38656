"""What Java and Kotlin have in common: packages and names of messages, and their getters.

Messages keep their proto package below `io.` (`io.music.v1.Album`), each in a file of its own. A
file that sets `java_package` itself keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from google.protobuf import descriptor_pb2 as pb

from sdk.generator.documentation import comment

_JAVA_WORDS = """
abstract assert boolean break byte case catch char class const continue default do double else
enum extends final finally float for goto if implements import instanceof int interface long
native new package private protected public return short static strictfp super switch
synchronized this throw throws transient try void volatile while true false null
"""
_KOTLIN_WORDS = """
as break class continue do else false for fun if in interface is null object package return
super this throw true try typealias typeof val var when while
"""
_JAVA_KEYWORDS = frozenset(_JAVA_WORDS.split())
_KEYWORDS = _JAVA_KEYWORDS | frozenset(_KOTLIN_WORDS.split())


def identifier(name: str) -> str:
    """Return a name that is free to use in Java and Kotlin; reserved words get an underscore."""
    return f"{name}_" if name in _KEYWORDS else name


def package_of(proto_package: str) -> str:
    """Return the package of generated messages: `music.v1` is `io.music.v1`."""
    parts = (f"{part}_" if part in _JAVA_KEYWORDS else part for part in proto_package.split("."))
    return ".".join(("io", *parts))


def with_packages(
    descriptor_set: bytes, own: Iterable[str], *, relocated: str = "", kept: Iterable[str] = ()
) -> pb.FileDescriptorSet:
    """Return the descriptors with the packages that protoc shall generate into.

    Args:
        own: the API's files.
        relocated: package below which the files in `kept` go, which are others', so that they can't
            clash with another library's copy on the same class path; empty: they stay.
    """
    files = pb.FileDescriptorSet.FromString(descriptor_set)
    mine, foreign = set(own), set(kept) if relocated else set()
    for file in files.file:
        if file.name in mine:
            file.options.java_multiple_files = True
            if not file.options.java_package:
                file.options.java_package = package_of(file.package)
        elif file.name in foreign:
            file.options.java_multiple_files = True
            file.options.java_package = f"{relocated}.{file.package}"
    return files


def class_names(files: pb.FileDescriptorSet) -> dict[str, str]:
    """Return the Java class of every message and enum, by full proto name."""
    found: dict[str, str] = {}
    for file in files.file:
        package = file.options.java_package or file.package
        prefix = f"{package}." if package else ""
        if not file.options.java_multiple_files:
            prefix += f"{_outer_class(file)}."
        scope = f"{file.package}." if file.package else ""
        found.update({scope + enum.name: prefix + enum.name for enum in file.enum_type})
        for message in file.message_type:
            found.update({scope + each: prefix + each for each in _nested(message)})
    return found


def _nested(message: pb.DescriptorProto) -> Iterator[str]:
    yield message.name
    yield from (f"{message.name}.{enum.name}" for enum in message.enum_type)
    for nested in message.nested_type:
        yield from (f"{message.name}.{each}" for each in _nested(nested))


def _outer_class(file: pb.FileDescriptorProto) -> str:
    if file.options.java_outer_classname:
        return file.options.java_outer_classname
    name = capitalized(file.name.rsplit("/", 1)[-1].removesuffix(".proto"))
    taken = {each.name for each in file.message_type}
    taken |= {each.name for each in file.enum_type} | {each.name for each in file.service}
    return f"{name}OuterClass" if name in taken else name


def capitalized(field_name: str) -> str:
    """Return what protoc makes of a field's name in getters: `page_size` is `PageSize`.

    `class` gets an underscore: its getter would be that of every object.
    """
    words = re.sub(
        r"(^|[^a-zA-Z0-9]+|(?<=\d))([a-z]?)", lambda match: match.group(2).upper(), field_name
    )
    return f"{words}_" if words == "Class" else words


def decapitalized(name: str) -> str:
    """Return a method's name: `ListItems` is `listItems`; reserved words get an underscore."""
    return identifier(name[:1].lower() + name[1:])


def doc_comment(docs: str, *, indent: int = 0) -> str:
    """Return a Javadoc or KDoc block, or nothing for no docs."""
    text = docs.replace("*/", "* /").replace("/*", "/ *").replace("@", "&#64;")
    return _block(text, indent)


def java_doc(docs: str, *, indent: int = 0) -> str:
    """Return a Javadoc block: code in {@code}, no stray markup, paragraphs marked."""
    text = re.sub(r"&(?!#)", "&amp;", docs).replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("@", "&#64;")
    text = re.sub(r"`([^`]*)`", lambda match: f"{{@code {_balanced(match.group(1))}}}", text)
    first, *rest = text.split("\n\n")
    marked = "\n\n".join((first, *(f"<p>{paragraph.lstrip()}" for paragraph in rest)))
    marked = marked.replace("*/", "*&#47;").replace("/*", "&#47;*")
    return _block(marked, indent)


def _block(text: str, indent: int) -> str:
    """Return a comment; what fits into one line takes one."""
    block = comment(text, " * ", indent=indent, opening="/**", closing=" */")
    lines = [line.strip() for line in block.split("\n")]
    short = " " * indent + f"/** {lines[1].removeprefix('* ')} */" if len(lines) == 3 else ""
    return short if short and len(short) <= 100 else block


def _balanced(code: str) -> str:
    """Return code as it may stand in {@code}: entities are shown as they are, braces must pair."""
    plain = code.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    plain = plain.replace("&#64;", "@")
    return plain if plain.count("{") == plain.count("}") else re.sub(r"[{}]", "", plain)


@dataclass(slots=True)
class Imports:
    """The imports of one file; a name that is taken is written in full instead.

    Attributes:
        taken: what simple names stand for in the file already.
        package: of the file; its own classes need no import.
    """

    package: str
    taken: Mapping[str, str] = field(default_factory=dict)
    _classes: dict[str, str] = field(default_factory=dict)

    def use(self, class_name: str) -> str:
        """Return how the file names a class, and import it if need be."""
        package, outer, inner = _split(class_name)
        full = f"{package}.{outer}"
        if package != self.package:
            known = self.taken.get(outer) or self._classes.get(outer)
            if known not in (None, full):
                return class_name
            self._classes[outer] = full
        return f"{outer}.{inner}" if inner else outer

    def needed(self, body: str, *others: str) -> list[str]:
        """Return, sorted, those of the imports and of other classes that a file's body names."""
        return sorted(
            each
            for each in {*self._classes.values(), *others}
            if re.search(rf"\b{each.rsplit('.', 1)[-1]}\b", body)
        )


def _split(class_name: str) -> tuple[str, str, str]:
    parts = class_name.split(".")
    first = next(index for index, part in enumerate(parts) if part[:1].isupper())
    return ".".join(parts[:first]), parts[first], ".".join(parts[first + 1 :])
