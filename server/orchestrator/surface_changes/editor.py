"""Changes surfaces and rules while they are served: checked, made durable, then in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from server.core.clock import Clock
from server.core.errors import (
    InvalidRequestError,
    RuleAlreadyExistsError,
    RuleNotFoundError,
    ServingConfigAlreadyExistsError,
    UnknownServingConfigError,
)
from server.core.surface import Rule, Surface
from server.orchestrator.surface_changes.configured import (
    ConfiguredRule,
    ConfiguredSurface,
    configured,
)
from server.orchestrator.surface_changes.exclusive import Exclusive
from server.orchestrator.surface_changes.live_surfaces import LiveSurfaces
from server.orchestrator.surface_changes.ports import Serving, SurfaceStore
from server.orchestrator.surface_changes.requirements import (
    of_rule,
    require_etag,
    require_none,
    rule_resource,
)
from server.orchestrator.surface_changes.stored import StoredRule, StoredSurface, SurfaceChanges

MOST_SURFACES = 500
MOST_RULES = 200


@dataclass(frozen=True, slots=True)
class Written:
    """One write that has taken effect. Etags: empty before a creation and after a deletion."""

    action: str
    resource: str
    etag_before: str = ""
    etag_after: str = ""


class SurfaceEditor:
    """One write at a time: read, compared, checked, stored, served.

    A caller that goes away does not stop a write that has begun.
    """

    def __init__(
        self,
        surfaces: LiveSurfaces,
        store: SurfaceStore,
        serving: Serving,
        clock: Clock,
        *,
        on_write: Callable[[Written], None] = lambda written: None,
    ) -> None:
        self._surfaces = surfaces
        self._store = store
        self._serving = serving
        self._clock = clock
        self._on_write = on_write
        self._exclusive = Exclusive()

    @property
    def version(self) -> tuple[int, int]:
        """What differs whenever other surfaces or rules may hold."""
        return self._surfaces.version

    def surfaces(self) -> list[ConfiguredSurface]:
        """Return all, by name."""
        return list(self._surfaces.configured.values())

    def surface(self, name: str) -> ConfiguredSurface:
        """Return one.

        Raises:
            UnknownServingConfigError.
        """
        found = self._surfaces.configured.get(name)
        if found is None:
            raise UnknownServingConfigError(name)
        return found

    def rule(self, surface: str, name: str) -> ConfiguredRule:
        """Return one.

        Raises:
            UnknownServingConfigError, RuleNotFoundError.
        """
        found = self.surface(surface).rule(name)
        if found is None:
            raise RuleNotFoundError(rule_resource(surface, name))
        return found

    async def create_surface(
        self, surface: Surface, *, validate_only: bool = False
    ) -> ConfiguredSurface:
        """Create a surface without rules.

        Raises:
            InvalidRequestError: with the surface's keys.
            ServingConfigAlreadyExistsError, StorageFullError, UnavailableError.
        """

        async def work() -> ConfiguredSurface:
            if surface.name in self._surfaces.configured:
                raise ServingConfigAlreadyExistsError(surface.name)
            return await self._put_surface(surface, None, validate_only)

        return await self._exclusive.run(work())

    async def update_surface(
        self,
        name: str,
        change: Callable[[Surface | None], Surface],
        *,
        etag: str = "",
        validate_only: bool = False,
    ) -> ConfiguredSurface:
        """Change a surface.

        Args:
            change: gets what it is, None if there is none, and returns what it is to be; may raise.
            etag: what its etag must be; empty: anything.

        Raises:
            InvalidRequestError: with the surface's keys.
            EtagMismatchError, StorageFullError, UnavailableError.
        """

        async def work() -> ConfiguredSurface:
            current = self._surfaces.configured.get(name)
            require_etag(name, etag, "" if current is None else current.etag)
            changed = change(None if current is None else current.surface)
            return await self._put_surface(changed, current, validate_only)

        return await self._exclusive.run(work())

    async def delete_surface(
        self, name: str, *, etag: str = "", validate_only: bool = False
    ) -> None:
        """Remove what was written of a surface and its rules; the settings file counts again.

        Raises:
            UnknownServingConfigError, EtagMismatchError, StorageFullError, UnavailableError.
        """

        async def work() -> None:
            current = self.surface(name)
            require_etag(name, etag, current.etag)
            if validate_only:
                return
            await self._store.delete_surface(name)
            self._serve(self._surfaces.changes.without_surface(name))
            left = self._surfaces.configured.get(name)
            self._on_write(Written("delete", name, current.etag, "" if left is None else left.etag))

        await self._exclusive.run(work())

    async def create_rule(
        self, surface: str, rule: Rule, *, validate_only: bool = False
    ) -> ConfiguredRule:
        """Create a rule; it applies after all others.

        Raises:
            InvalidRequestError: with the rule's keys.
            UnknownServingConfigError, RuleAlreadyExistsError, StorageFullError, UnavailableError.
        """

        async def work() -> ConfiguredRule:
            if self.surface(surface).rule(rule.name) is not None:
                raise RuleAlreadyExistsError(rule_resource(surface, rule.name))
            return await self._put_rule(surface, rule, None, validate_only)

        return await self._exclusive.run(work())

    async def update_rule(
        self,
        surface: str,
        name: str,
        change: Callable[[Rule | None], Rule],
        *,
        etag: str = "",
        validate_only: bool = False,
    ) -> ConfiguredRule:
        """Change a rule; it keeps its place. Arguments as of `update_surface`.

        Raises:
            InvalidRequestError: with the rule's keys.
            UnknownServingConfigError, EtagMismatchError, StorageFullError, UnavailableError.
        """

        async def work() -> ConfiguredRule:
            current = self.surface(surface).rule(name)
            etag_now = "" if current is None else current.etag
            require_etag(rule_resource(surface, name), etag, etag_now)
            changed = change(None if current is None else current.rule)
            return await self._put_rule(surface, changed, current, validate_only)

        return await self._exclusive.run(work())

    async def delete_rule(
        self, surface: str, name: str, *, etag: str = "", validate_only: bool = False
    ) -> None:
        """Remove a rule; one of the settings file stays away until its surface is reset.

        Raises:
            UnknownServingConfigError, RuleNotFoundError, EtagMismatchError, StorageFullError,
            UnavailableError.
        """

        async def work() -> None:
            current = self.rule(surface, name)
            require_etag(rule_resource(surface, name), etag, current.etag)
            if validate_only:
                return
            changes, now_ms = self._surfaces.changes, self._clock.now_ms()
            if self._is_of_the_settings(surface, name):
                gone = StoredRule(
                    surface=surface,
                    name=name,
                    rule=None,
                    order=changes.next_order,
                    create_ms=now_ms,
                    update_ms=now_ms,
                )
                await self._store.put_rule(gone)
                self._serve(changes.with_rule(gone))
            else:
                await self._store.delete_rule(surface, name)
                self._serve(changes.without_rule(surface, name))
            self._on_write(Written("delete", rule_resource(surface, name), current.etag))

        await self._exclusive.run(work())

    async def _put_surface(
        self, surface: Surface, current: ConfiguredSurface | None, validate_only: bool
    ) -> ConfiguredSurface:
        if current is None and len(self._surfaces.configured) >= MOST_SURFACES:
            raise InvalidRequestError(f"there are {MOST_SURFACES} serving configs: delete some")
        # An operator must be able to correct a surface whatever its rules are.
        require_none(self._serving.violations(replace(surface, rules=())))
        now_ms = self._clock.now_ms()
        create_ms = None if current is None else current.create_ms
        stored = StoredSurface(
            surface=replace(surface, rules=()),
            create_ms=now_ms if create_ms is None else create_ms,
            update_ms=now_ms,
        )
        changes = self._surfaces.changes
        if current is None:
            # Rules that are left of a surface that the settings file once had.
            changes = changes.without_surface(surface.name)
        changes = changes.with_surface(stored)
        result = configured(self._surfaces.base, changes)[surface.name]
        if validate_only:
            return result
        if current is None:
            await self._store.delete_surface(surface.name)
        await self._store.put_surface(stored)
        self._serve(changes)
        action, before = ("create", "") if current is None else ("update", current.etag)
        self._on_write(Written(action, surface.name, before, result.etag))
        return result

    async def _put_rule(
        self, surface: str, rule: Rule, current: ConfiguredRule | None, validate_only: bool
    ) -> ConfiguredRule:
        owner = self.surface(surface)
        if current is None and len(owner.rules) >= MOST_RULES:
            raise InvalidRequestError(f"{surface} has {MOST_RULES} rules: delete some")
        require_none(of_rule(rule, self._serving.violations(replace(owner.surface, rules=(rule,)))))
        changes, now_ms = self._surfaces.changes, self._clock.now_ms()
        before = changes.rules.get((surface, rule.name))
        is_kept = before is not None and before.rule is not None
        stored = StoredRule(
            surface=surface,
            name=rule.name,
            rule=rule,
            order=before.order if before is not None and is_kept else changes.next_order,
            create_ms=before.create_ms if before is not None and is_kept else now_ms,
            update_ms=now_ms,
        )
        changes = changes.with_rule(stored)
        result = configured(self._surfaces.base, changes)[surface].rule(rule.name)
        assert result is not None
        if validate_only:
            return result
        await self._store.put_rule(stored)
        self._serve(changes)
        action, etag = ("create", "") if current is None else ("update", current.etag)
        resource = rule_resource(surface, rule.name)
        self._on_write(Written(action, resource, etag, result.etag))
        return result

    def _serve(self, changes: SurfaceChanges) -> None:
        self._surfaces.replace(changes)
        self._serving.refresh()

    def _is_of_the_settings(self, surface: str, name: str) -> bool:
        base = self._surfaces.base
        return surface in base and any(rule.name == name for rule in base.get(surface).rules)
