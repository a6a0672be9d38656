"""Shorthand for surfaces, rules and explanations."""

from __future__ import annotations

from typing import Any

from server.gen.shortlist.admin.v1 import explanation_pb2, explanation_service_pb2
from server.gen.shortlist.admin.v1 import rule_pb2 as rule_proto
from server.gen.shortlist.admin.v1 import rule_service_pb2 as rules
from server.gen.shortlist.admin.v1 import serving_config_pb2 as surface_proto
from server.gen.shortlist.admin.v1 import serving_config_service_pb2 as surfaces
from tests.e2e.harness.client import Client, new_id

# Sources whose order the model has no part in, and the rest of the personal feed.
SOURCES = {"two_tower": 300, "content": 300, "co_engaged": 300, "popular": 300}


def outcome(item: explanation_pb2.ItemExplanation) -> str:
    """Return an outcome without its prefix."""
    return explanation_pb2.ItemOutcome.Name(item.outcome).removeprefix("ITEM_OUTCOME_")


class Admin:
    """What an operator does; names are the last parts of the resources'."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def create(self, name: str = "", **fields: Any) -> str:
        """Create a surface whose sources take their time, and return its name."""
        name = name or new_id("s")
        fields = {"sources": SOURCES, "seen": "SEEN_POLICY_KEEP"} | fields
        config = surface_proto.ServingConfig(**({"source_timeout": {"seconds": 5}} | fields))
        self.client.surfaces.CreateServingConfig(
            surfaces.CreateServingConfigRequest(serving_config_id=name, serving_config=config)
        )
        return name

    def surface(self, name: str) -> surface_proto.ServingConfig:
        return self.client.surfaces.GetServingConfig(
            surfaces.GetServingConfigRequest(name=f"servingConfigs/{name}")
        )

    def change(self, name: str, *, validate_only: bool = False, **fields: Any) -> Any:
        """Set some fields of a surface."""
        config = surface_proto.ServingConfig(name=f"servingConfigs/{name}", **fields)
        return self.client.surfaces.UpdateServingConfig(
            surfaces.UpdateServingConfigRequest(
                serving_config=config,
                update_mask={"paths": [field for field in fields if field != "etag"]},
                validate_only=validate_only,
            )
        )

    def delete(self, name: str, **fields: Any) -> None:
        self.client.surfaces.DeleteServingConfig(
            surfaces.DeleteServingConfigRequest(name=f"servingConfigs/{name}", **fields)
        )

    def rule(self, surface: str, name: str, **fields: Any) -> rule_proto.Rule:
        """Create a rule; `validate_only` is the request's."""
        validate_only = fields.pop("validate_only", False)
        return self.client.rules.CreateRule(
            rules.CreateRuleRequest(
                parent=f"servingConfigs/{surface}",
                rule_id=name,
                rule=rule_proto.Rule(**fields),
                validate_only=validate_only,
            )
        )

    def change_rule(self, surface: str, name: str, *paths: str, **fields: Any) -> rule_proto.Rule:
        name = f"servingConfigs/{surface}/rules/{name}"
        return self.client.rules.UpdateRule(
            rules.UpdateRuleRequest(
                rule=rule_proto.Rule(name=name, **fields),
                update_mask={"paths": paths} if paths else None,
            )
        )

    def rules(self, surface: str) -> list[rule_proto.Rule]:
        request = rules.ListRulesRequest(parent=f"servingConfigs/{surface}")
        return list(self.client.rules.ListRules(request).rules)

    def delete_rule(self, surface: str, name: str, **fields: Any) -> None:
        name = f"servingConfigs/{surface}/rules/{name}"
        self.client.rules.DeleteRule(rules.DeleteRuleRequest(name=name, **fields))

    def explain(self, *item_ids: str, request: Any = None, **fields: Any) -> Any:
        """Explain a request, and these items whether or not they are shown."""
        return self.client.explanations.ExplainRecommendation(
            explanation_service_pb2.ExplainRecommendationRequest(
                request=request or {}, item_ids=item_ids, **fields
            )
        )
