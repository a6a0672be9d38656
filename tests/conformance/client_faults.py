"""The faults of `faulty_client.py`, and the case that catches each."""

from __future__ import annotations

FAULTS = {
    "repeats_everything": "client_retries/what_may_have_happened_is_not_repeated",
    "no_jitter": "client_retries/waits_are_spread",
    "loses_the_key": "client_calls/a_call_has_an_idempotency_key",
    "key_per_attempt": "client_retries/the_key_stays_the_same",
    "one_key_for_all_calls": "client_calls/keys_differ_between_calls",
    "deadline_per_attempt": "client_deadlines/all_attempts_share_one_deadline",
    "tells_no_deadline": "client_deadlines/the_server_is_told_the_deadline",
    "waits_past_the_deadline": "client_deadlines/no_wait_goes_past_the_deadline",
    "drops_offline_events": "client_events/a_killed_process_loses_nothing",
    "resends_refused_events": "client_events/a_refused_event_is_not_sent_again",
    "new_event_ids_when_sent_again": "client_events/an_unreachable_server_loses_nothing",
    "forgets_unsent_events": "client_events/events_wait_for_a_server",
    "ignores_retry_info": "client_retries/the_servers_delay_is_waited_for",
    "too_many_attempts": "client_retries/there_is_an_end",
    "ignores_the_budget": "client_retries/retries_have_a_budget",
    "hedges": "client_retries/there_is_no_hedging",
    "tries_on_after_cancelling": "client_cancellation/nothing_is_tried_after_it",
    "never_refreshes": "client_auth/an_expired_token_is_refreshed",
    "refresh_stampede": "client_auth/one_refresh_serves_all",
    "refreshes_for_ever": "client_auth/a_token_that_stays_refused_is_an_error",
    "swallows_the_reason": "client_errors/a_reason_has_its_type",
    "loses_the_page_token": "client_paging/pages_are_followed",
    "ends_at_an_empty_page": "client_paging/an_empty_page_is_not_the_end",
    "counts_impressions_twice": "client_impressions/an_item_is_shown_once",
    "serves_replies_to_anybody": "client_cache/another_request_is_asked",
    "passes_stale_replies_off_as_fresh": "client_cache/a_stale_reply_stands_in",
}
