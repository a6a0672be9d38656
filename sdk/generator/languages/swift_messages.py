"""What Swift's templates print of messages and enums: properties, how each is read and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdk.generator.api_model import Api, Enum, Field, Kind, Message
from sdk.generator.documentation import comment
from sdk.generator.languages.swift_names import TypeNames, form, member, scalar, wrapped
from sdk.generator.naming import pascal


@dataclass(frozen=True, slots=True)
class MessageViews:
    """Makes the contexts of the templates for messages and enums."""

    api: Api
    names: TypeNames

    def enum(self, found: Enum, indent: int) -> dict[str, Any]:
        """Return the context of an enum; aliases of a number share its first name."""
        numbers: dict[int, str] = {}
        for value in found.values:
            numbers.setdefault(value.number, value.name)
        return {
            "local": self.names.local(found),
            "constants": [
                {
                    "name": member(value.short_name),
                    "raw": numbers[value.number],
                    "docs": _docs(value.docs, indent + 2),
                }
                for value in found.values
            ],
            "numbers": sorted(numbers.items()),
        }

    def message(self, found: Message, indent: int) -> dict[str, Any]:
        """Return the context of a message."""
        properties: list[dict[str, Any]] = []
        reads: list[str] = []
        writes: list[str] = []
        oneofs: list[dict[str, Any]] = []
        done: set[str] = set()
        for each in found.fields:
            if not each.oneof:
                properties.append(self._property(found, each, indent))
                reads.append(self._read(each))
                writes.append(self._write(each))
            elif each.oneof not in done:
                done.add(each.oneof)
                view = self._oneof(found, each.oneof, indent)
                oneofs.append(view)
                properties.append(view["property"])
                reads += view["reads"]
                writes += view["writes"]
        return {
            "local": self.names.local(found),
            "full_name": found.full_name,
            "properties": properties,
            "reads": reads,
            "writes": writes,
            "oneofs": oneofs,
        }

    def value_type(self, each: Field) -> str:
        """Return the type of a value of a field: of an entry, for lists and maps."""
        return self.names.of(each.type_name) if each.type_name else scalar(each.kind)

    def oneof_type(self, found: Message, oneof: str) -> str:
        """Return the name of a oneof's enum within its message."""
        made = pascal(oneof)
        nested = {
            each.name.split(".")[-1]
            for each in self.api.types()
            if each.name.rpartition(".")[0] == found.name and each.package == found.package
        }
        return f"{made}Case" if made in nested | {"Type", "Protocol", "Self"} else made

    def _property(self, found: Message, each: Field, indent: int) -> dict[str, Any]:
        kind, default = self._type(each)
        return {
            "name": member(each.name),
            "type": kind,
            "default": default,
            "docs": _docs(_with_note(each), indent + 2),
            "attribute": "@Boxed " if self._is_recursive(found, each) else "",
        }

    def _type(self, each: Field) -> tuple[str, str]:
        value = self.value_type(each)
        if each.map_key is not None:
            return f"[{scalar(each.map_key)}: {value}]", "[:]"
        if each.is_repeated:
            return f"[{value}]", "[]"
        if each.kind is Kind.MESSAGE or each.has_presence:
            return f"{value}?", "nil"
        return value, self._default(each)

    def _default(self, each: Field) -> str:
        if each.kind is Kind.ENUM:
            enum = self.api.type(each.type_name)
            assert isinstance(enum, Enum)
            zero = next(value for value in enum.values if value.number == 0)
            return f".{member(zero.short_name)}"
        return {Kind.STRING: '""', Kind.BYTES: "Data()", Kind.BOOL: "false"}.get(each.kind, "0")

    def _form(self, each: Field) -> str:
        kind = wrapped(each.type_name) if each.kind is Kind.MESSAGE else each.kind
        return form(kind) if kind else ""

    def _arguments(self, each: Field) -> str:
        shape = self._form(each)
        return ", ".join([f"{shape}.self"] * bool(shape) + [_names(each)])

    def _read(self, each: Field) -> str:
        target = f"self.{member(each.name)} = try fields"
        arguments = self._arguments(each)
        if each.is_map:
            return f"{target}.map({arguments})"
        if each.is_repeated:
            return f"{target}.list({arguments})"
        _, default = self._type(each)
        return f"{target}.read({arguments})" + ("" if default == "nil" else f" ?? {default}")

    def _write(self, each: Field) -> str:
        name = f"self.{member(each.name)}"
        shape = self._form(each)
        if each.is_map:
            value = f"{name}.mapValues({{ {shape}($0) }})" if shape else name
            return f'if !{name}.isEmpty {{ try fields.writeMap({value}, "{each.json_name}") }}'
        if each.is_repeated:
            value = f"{name}.map({{ {shape}($0) }})" if shape else name
            return f'if !{name}.isEmpty {{ try fields.write({value}, "{each.json_name}") }}'
        kind, _ = self._type(each)
        if kind.endswith("?"):
            value = f"{shape}(value)" if shape else "value"
            return f'if let value = {name} {{ try fields.write({value}, "{each.json_name}") }}'
        value = f"{shape}({name})" if shape else name
        return f'if {_is_set(each, name)} {{ try fields.write({value}, "{each.json_name}") }}'

    def _oneof(self, found: Message, oneof: str, indent: int) -> dict[str, Any]:
        fields = [each for each in found.fields if each.oneof == oneof]
        name, kind = member(oneof), self.oneof_type(found, oneof)
        reads = _at_most_one(fields)
        writes = [f"switch self.{name} {{"]
        for index, each in enumerate(fields):
            case, shape = member(each.name), self._form(each)
            opening = "} else if" if index else "if"
            value = self.value_type(each)
            reads.append(
                f"{opening} let value: {value} = try fields.read({self._arguments(each)}) {{"
            )
            reads.append(f"  self.{name} = .{case}(value)")
            written = f"{shape}(value)" if shape else "value"
            writes.append(
                f'case .{case}(let value)?: try fields.write({written}, "{each.json_name}")'
            )
        docs = " ".join(f"`{member(each.name).strip('`')}`" for each in fields)
        return {
            "type": kind,
            "is_indirect": any(self._is_recursive(found, each) for each in fields),
            "cases": [
                {
                    "name": member(each.name),
                    "type": self.value_type(each),
                    "docs": _docs(_with_note(each), indent + 4),
                }
                for each in fields
            ],
            "property": {
                "name": name,
                "type": f"{kind}?",
                "default": "nil",
                "docs": _docs(f"One of {docs}, or none.", indent + 2),
                "attribute": "",
            },
            "reads": [*reads, "}"],
            "writes": [*writes, "case nil: break", "}"],
        }

    def _is_recursive(self, found: Message, each: Field) -> bool:
        """Tell whether a field's value may hold, directly, a message of the field's own message."""
        if each.kind is not Kind.MESSAGE or each.is_repeated:
            return False
        pending, seen = [each.type_name], set[str]()
        while pending:
            name = pending.pop()
            if name == found.full_name:
                return True
            if name in seen:
                continue
            seen.add(name)
            inner = self.api.message(name)
            if not inner.is_well_known:
                pending += [
                    f.type_name
                    for f in inner.fields
                    if f.kind is Kind.MESSAGE and not f.is_repeated
                ]
        return False


def _is_set(each: Field, name: str) -> str:
    if each.kind in (Kind.STRING, Kind.BYTES):
        return f"!{name}.isEmpty"
    if each.kind is Kind.ENUM:
        return f"!{name}.isDefault"
    return name if each.kind is Kind.BOOL else f"{name} != 0"


def _with_note(each: Field) -> str:
    return f"{each.docs}\n\nDeprecated." if each.is_deprecated else each.docs


def _docs(docs: str, indent: int) -> str:
    return comment(docs, prefix="/// ", indent=indent)


def _names(each: Field) -> str:
    """Return the names that a field is read by: that of JSON, then that of the contract."""
    return ", ".join(f'"{name}"' for name in dict.fromkeys((each.json_name, each.name)))


def _at_most_one(fields: list[Field]) -> list[str]:
    """Return the lines that refuse JSON in which more than one of a oneof is set."""
    if len(fields) == 1:
        return []
    lines = [f"  [{_names(each)}]," for each in fields]
    return ["try fields.atMostOne(", *lines[:-1], f"{lines[-1][:-1]})"]
