"""What knowing the caller costs a request: CPU of each check by itself, without gRPC.

python -m tests.bench.bench_auth [--calls 20000]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Awaitable, Callable

import uvloop

from server.core.clock import WallClock
from server.gateway.auth.access_policy import access_policy
from server.gateway.auth.api_keys import ApiKeys, make_api_key
from server.gateway.auth.audit import Audit
from server.gateway.auth.caller import Caller, Credentials
from server.gateway.auth.credential_callers import AnonymousCallers, CredentialCallers
from server.gateway.auth.guard import Guard
from server.gateway.auth.jwt_tokens import JwtTokens
from server.gateway.auth.key_set import KeySet
from server.gateway.auth.ports import Callers
from server.gateway.auth.rate_limits import RateLimits
from server.gateway.auth.scope import Scope
from server.gateway.auth.settings import CallerRatesSettings, RateSettings, RatesSettings
from server.gateway.call import Call
from server.gen.shortlist.v1 import event_service_pb2, recommendation_service_pb2
from server.observability.metrics import Metrics
from tests.unit.gateway.auth.issuer import NOW_S, Clock, Source, jwk, jwt_settings, key_set, token

RECOMMEND = recommendation_service_pb2.DESCRIPTOR.services_by_name["RecommendationService"]
EVENTS = event_service_pb2.DESCRIPTOR.services_by_name["EventService"]
ANN = Caller(id="key:k", scope=Scope.CLIENT, user_id="ann")


async def measure(name: str, calls: int, check: Callable[[int], Awaitable[object]]) -> None:
    """Print the CPU of one check."""
    for number in range(min(200, calls)):
        await check(number)
    started_s = time.process_time()
    for number in range(calls):
        await check(number)
    cpu_us = (time.process_time() - started_s) / calls * 1e6
    print(f"{name:44} {cpu_us:8.2f} us", flush=True)


def guard_over(callers: Callers) -> Guard:
    """Return a guard that counts quotas and reaches none."""
    metrics = Metrics()
    rate = RateSettings(per_s=1e9, burst=1_000_000_000)
    rates = CallerRatesSettings(serving=rate, storage=rate)
    limits = RateLimits(RatesSettings(client=rates))
    return Guard(callers, limits, Audit(WallClock(), metrics), metrics)


def call_of(credentials: Credentials) -> Call:
    return Call(request_id="r", received_ms=0, deadline_s=0.0, credentials=credentials)


async def main(calls: int) -> None:
    policy = access_policy(RECOMMEND.methods_by_name["Recommend"], "serving")
    made = make_api_key(scope=Scope.CLIENT, now_ms=0, user_id="ann")
    others = [make_api_key(scope=Scope.CLIENT, now_ms=0).record for _ in range(10_000)]
    keys = ApiKeys(WallClock(), [made.record, *others])
    settings = jwt_settings(algorithms=("RS256", "ES256", "EdDSA"))
    key_set_ = KeySet(
        Source(key_set(jwk("EC", "e"), jwk("RSA", "r"), jwk("OKP", "o"))),
        frozenset(settings.algorithms),
        floor_s=10,
    )
    await key_set_.load()
    tokens = JwtTokens(settings, key_set_, Clock())
    known, anonymous = guard_over(CredentialCallers(keys, tokens)), guard_over(AnonymousCallers())

    async def by(guard: Guard, credentials: Credentials) -> None:
        await guard.admit(policy, call_of(credentials))

    key = Credentials(api_key=made.text)
    cached = Credentials(authorization=f"Bearer {token('EC', 'e')}")
    await measure("anonymous", calls, lambda _: by(anonymous, Credentials()))
    await measure("API key, 10,001 known", calls, lambda _: by(known, key))
    await measure("token that was seen before", calls, lambda _: by(known, cached))
    count = min(calls, 2000)
    for kind, name, label in (("EC", "e", "ES256"), ("RSA", "r", "RS256"), ("OKP", "o", "EdDSA")):
        fresh = [
            Credentials(authorization=f"Bearer {token(kind, name, jti=str(n), exp=NOW_S + 600)}")
            for n in range(count + 200)
        ]
        await measure(
            f"token seen for the first time, {label}",
            count,
            lambda number, fresh=fresh: by(known, fresh[number]),
        )
    await subjects(calls, known)


async def subjects(calls: int, guard: Guard) -> None:
    """Measure whether a request is for the caller's own subject."""
    recommend = access_policy(RECOMMEND.methods_by_name["Recommend"], "serving")
    batch = access_policy(EVENTS.methods_by_name["BatchWriteEvents"], "storage")
    one = recommendation_service_pb2.RecommendRequest(user_id="ann")
    many = event_service_pb2.BatchWriteEventsRequest(events=[{"user_id": "ann"}] * 500)
    call = call_of(Credentials())
    call.caller = ANN

    async def own(policy: object, request: object) -> None:
        guard.require_own(policy, request, call)  # type: ignore[arg-type]

    await measure("own subject, Recommend", calls, lambda _: own(recommend, one))
    await measure("own subject, 500 events", max(1, calls // 100), lambda _: own(batch, many))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    uvloop.run(main(parser.parse_args().calls))
