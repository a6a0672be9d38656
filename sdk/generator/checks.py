"""Names that would meet in some language, found before any language is asked.

Languages write a proto's names in cases of their own, so that two names may become one.
"""

from __future__ import annotations

from collections.abc import Iterable

from sdk.generator.api_model import Api, Message
from sdk.generator.naming import accessor, error_name, pascal, snake
from sdk.generator.proto_options import UnservableError


def check_names(api: Api) -> None:
    """Refuse names that clash, and policies that only one method may have.

    Raises:
        UnservableError: with the first clash.
    """
    _distinct((accessor(s.name), s.full_name) for s in api.services)
    for service in api.services:
        names = ((snake(m.name), f"{service.full_name}.{m.name}") for m in service.methods)
        _distinct(names)
    for package in api.packages:
        here = [t for t in api.types() if t.package == package]
        _distinct((pascal(t.name.replace(".", "_")), t.full_name) for t in here)
    for message in api.messages:
        if not message.is_well_known:
            _check_fields(message)
    for enum in api.enums:
        _distinct(
            (value.short_name.upper(), f"{enum.full_name}.{value.name}") for value in enum.values
        )
    _check_errors(api)
    queues = [f"{s.full_name}.{m.name}" for s, m in api.methods() if m.event_queue]
    if len(queues) > 1:
        raise UnservableError(f"only one method may take the event queue: {', '.join(queues)}")


def _check_fields(message: Message) -> None:
    _distinct((snake(f.name), f"{message.full_name}.{f.name}") for f in message.fields)
    _distinct((f.json_name, f"{message.full_name}.{f.name}") for f in message.fields)
    oneofs = {f.oneof for f in message.fields if f.oneof}
    fields = [(snake(f.name), f"{message.full_name}.{f.name}") for f in message.fields]
    _distinct([*fields, *((snake(o), f"{message.full_name}.{o}") for o in sorted(oneofs))])


def _check_errors(api: Api) -> None:
    base = f"{pascal(api.name)}Error"
    names = [(base, f"the base of all errors of {api.name}")]
    names += [(error_name(each.name), f"the error {each.name}") for each in api.error_reasons]
    names += [(pascal(t.name), t.full_name) for t in api.types() if t.package in api.packages]
    _distinct(names, only_with=len(api.error_reasons) + 1)


def _distinct(names: Iterable[tuple[str, str]], *, only_with: int | None = None) -> None:
    """Refuse two things of one name; with `only_with`, only if one is among the first so many."""
    seen: dict[str, tuple[int, str]] = {}
    for index, (name, what) in enumerate(names):
        earlier = seen.setdefault(name, (index, what))
        if earlier[1] != what and (only_with is None or earlier[0] < only_with):
            raise UnservableError(f"{what} and {earlier[1]} would both be called {name}")
