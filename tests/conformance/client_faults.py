"""The faults of `faulty_client.py`, and the case that catches each."""

from __future__ import annotations

from typing import NamedTuple


class Caught(NamedTuple):
    """What catches a fault: a case, and words of the reason for which it must fail."""

    case: str
    words: str


FAULTS = {
    "repeats_everything": Caught(
        "client_retries/what_may_have_happened_is_not_repeated",
        "received (its length): 4, expected 1",
    ),
    "no_jitter": Caught("client_retries/waits_are_spread", "jittered: the shortest of"),
    "loses_the_key": Caught(
        "client_calls/a_call_has_an_idempotency_key", "idempotency-key: not there"
    ),
    "key_per_attempt": Caught(
        "client_retries/the_key_stays_the_same", "same_metadata: idempotency-key"
    ),
    "one_key_for_all_calls": Caught(
        "client_calls/keys_differ_between_calls", "different_metadata: idempotency-key"
    ),
    "deadline_per_attempt": Caught(
        "client_deadlines/all_attempts_share_one_deadline", "timeouts_shrink: attempt 2 has"
    ),
    "tells_no_deadline": Caught(
        "client_deadlines/the_server_is_told_the_deadline", "timeout_ms: not there"
    ),
    "waits_past_the_deadline": Caught(
        "client_deadlines/no_wait_goes_past_the_deadline", "expected 4s"
    ),
    "drops_offline_events": Caught(
        "client_events/a_killed_process_loses_nothing", "distinct_events: nothing was received"
    ),
    "resends_refused_events": Caught(
        "client_events/a_refused_event_is_not_sent_again", "no_event_twice: e2 was sent 2 times"
    ),
    "new_event_ids_when_sent_again": Caught(
        "client_events/an_unreachable_server_loses_nothing", "4 events were sent, expected 2"
    ),
    "forgets_unsent_events": Caught(
        "client_events/events_wait_for_a_server", "reply.pending: 0, expected 3"
    ),
    "ignores_retry_info": Caught(
        "client_retries/the_servers_delay_is_waited_for", "at_least_apart: "
    ),
    "too_many_attempts": Caught(
        "client_retries/there_is_an_end", "received (its length): 8, expected 4"
    ),
    "ignores_the_budget": Caught(
        "client_retries/retries_have_a_budget", "received (its length): 24, expected 16"
    ),
    "hedges": Caught("client_retries/there_is_no_hedging", "one_at_a_time: "),
    "tries_on_after_cancelling": Caught(
        "client_cancellation/nothing_is_tried_after_it", "received (its length): 2, expected 1"
    ),
    "never_refreshes": Caught(
        "client_auth/an_expired_token_is_refreshed",
        "authorization: 'Bearer first', expected 'Bearer second'",
    ),
    "refresh_stampede": Caught(
        "client_auth/one_refresh_serves_all", "expected one of ['Bearer first', 'Bearer second']"
    ),
    "refreshes_for_ever": Caught(
        "client_auth/a_token_that_stays_refused_is_an_error", "received (its length): 4, expected 2"
    ),
    "swallows_the_reason": Caught(
        "client_errors/a_reason_has_its_type", "error.reason: '', expected"
    ),
    "loses_the_page_token": Caught(
        "client_paging/pages_are_followed", "request.page_token: '', expected 'p2'"
    ),
    "ends_at_an_empty_page": Caught(
        "client_paging/an_empty_page_is_not_the_end", "reply.items: 1 elements"
    ),
    "counts_impressions_twice": Caught(
        "client_impressions/an_item_is_shown_once", "4 events were sent, expected 2"
    ),
    "serves_replies_to_anybody": Caught(
        "client_cache/another_request_is_asked", "attribution_token: 'first', expected 'second'"
    ),
    "passes_stale_replies_off_as_fresh": Caught(
        "client_cache/a_stale_reply_stands_in", "info.is_stale: False, expected True"
    ),
}
