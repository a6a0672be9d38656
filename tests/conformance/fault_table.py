"""Each fault of a server, the cases that must catch it, and words of why they fail."""

from __future__ import annotations

from tests.conformance.faults import (
    Forgetful,
    Repeats,
    Seeded,
    Undead,
    Unstable,
    clears,
    counts_each_page_anew,
    foreign_domain,
    gives_whole_items,
    late,
    leaks,
    loses_the_third,
    never_a_duplicate,
    pardons,
    refuses_what_it_does_not_know,
    repeats_across_shelves,
    reverses_results,
    rises,
    sets_score,
    silent_about_requests,
    takes_any_token,
    without,
    wrong_code,
    wrong_reason,
)

_FORGETFUL = Forgetful()
_SLATES = ("Recommend", "RecommendSimilar", "ListTrending", "RankItems")
_R = ("Recommend",)
_BATCH = ("BatchWriteEvents",)

FAULTS = [
    Seeded(
        "repeats_an_item_across_pages",
        {"paging/a_feed_never_repeats_an_item[small_pages]": "no_duplicates: "},
        reply=Repeats(),
        methods=_R,
    ),
    Seeded(
        "unstable_order",
        {"paging/a_token_gives_the_same_page_each_time": "stable_under_paging: page 1 was"},
        reply=Unstable(),
        methods=_R,
    ),
    Seeded(
        "counts_each_page_anew",
        {"paging/a_feed_never_repeats_an_item[small_pages]": "positions [0, 1, 2, 3, 4, 5, 6, 0"},
        reply=counts_each_page_anew,
        methods=_R,
    ),
    Seeded(
        "takes_any_page_token",
        {"paging/a_token_can_not_be_changed": "{'reason': 'INVALID_PAGE_TOKEN'}"},
        reply=takes_any_token,
        methods=_R,
    ),
    Seeded(
        "ignores_exclusions",
        {"exclusions/excluded_items_do_not_appear": "excluded_absent: "},
        request=clears("exclude_item_ids"),
        methods=_R,
    ),
    Seeded(
        "ignores_the_filter",
        {"filters/a_filter_gives_exactly_what_matches[less]": "expected in any order"},
        request=clears("filter"),
        methods=_R,
    ),
    Seeded(
        "ignores_the_page_size",
        {"recommend/a_page_has_as_many_items_as_asked_for[ten]": "20, expected 10"},
        request=clears("page_size"),
        methods=_R,
    ),
    Seeded(
        "serves_when_only_asked_to_check",
        {"recommend/only_checking_serves_nothing": "reply.recommendations: 20 elements"},
        request=clears("validate_only"),
        methods=_R,
    ),
    Seeded(
        "gives_whole_items",
        {"recommend/ids_only_without_a_read_mask": "reply.recommendations[0].item: {'name': "},
        request=gives_whole_items,
        methods=_R,
    ),
    Seeded(
        "score_that_is_not_finite",
        {
            "recommend/a_page_has_as_many_items_as_asked_for[ten]": "has the score 'NaN'",
            "rank_items/each_item_is_ranked_once": "has the score 'NaN'",
        },
        reply=sets_score(float("nan")),
        methods=_SLATES,
    ),
    Seeded(
        "score_beyond_one",
        {"recommend/a_page_has_as_many_items_as_asked_for[ten]": "has the score 1.5"},
        reply=sets_score(1.5),
        methods=_SLATES,
    ),
    Seeded(
        "scores_that_rise",
        {"rank_items/each_item_is_ranked_once": "non_increasing: score 1.0 after"},
        reply=rises,
        methods=("RankItems",),
    ),
    Seeded(
        "late_reply",
        {"deadlines/a_page_comes_in_time[recommend]": "no answer within 2 s"},
        request=late,
        methods=_R,
    ),
    Seeded(
        "silent_about_request_ids",
        {"recommend/the_request_id_comes_back": "trailers.x-request-id: not there"},
        reply=silent_about_requests,
        methods=_R,
    ),
    Seeded(
        "repeats_across_shelves",
        {"compose_page/no_item_is_on_two_shelves": "shelves_disjoint: "},
        reply=repeats_across_shelves,
        methods=("ComposePage",),
    ),
    Seeded(
        "drops_one_event_of_a_batch",
        {"events/nothing_of_a_batch_is_lost": "reply.results[39].accepted.duplicate: False"},
        request=_FORGETFUL.request,
        reply=_FORGETFUL.reply,
        methods=_BATCH,
    ),
    Seeded(
        "answers_a_batch_out_of_order",
        {"events/a_batch_is_answered_one_for_one": "reply.results[0].event_id: "},
        reply=reverses_results,
        methods=_BATCH,
    ),
    Seeded(
        "never_calls_an_event_a_duplicate",
        {"events/a_replay_has_no_effect": "reply.duplicate: False"},
        reply=never_a_duplicate,
        methods=("WriteEvent",),
    ),
    Seeded(
        "loses_an_acknowledgement",
        {"events/a_stream_acknowledges_every_event": "reply.replies: "},
        stream=loses_the_third,
        methods=("StreamEvents",),
    ),
    Seeded(
        "shows_deleted_items",
        {"catalog/a_deleted_item_is_not_found": "expected the error {'reason': 'ITEM_NOT_FOUND'"},
        reply=Undead(),
        methods=("GetItem", "CreateItem"),
    ),
    Seeded(
        "wrong_code",
        {
            "catalog/a_deleted_item_is_not_found": "comes with UNKNOWN",
            "errors/an_unknown_surface_is_not_found[recommend]": "comes with UNKNOWN",
        },
        reply=wrong_code,
    ),
    Seeded(
        "wrong_reason",
        {"filters/an_attribute_must_be_declared_and_filterable[not_declared]": "'INVALID_FILTER'"},
        reply=wrong_reason,
    ),
    Seeded(
        "leaks_its_inside",
        {"errors/a_request_id_is_in_the_error": "the message shows the inside of the server"},
        reply=leaks,
    ),
    Seeded(
        "foreign_error_domain",
        {"errors/a_request_id_is_in_the_error": "ErrorInfo.domain is 'example.com'"},
        reply=foreign_domain,
    ),
    Seeded(
        "does_not_name_the_field",
        {"errors/a_wrong_field_is_named[recommend_page_size_large]": "error.field_violations: []"},
        reply=without("BadRequest"),
    ),
    Seeded(
        "does_not_say_when_to_retry",
        {"rate_limits/too_many_calls_exhaust_the_quota": "retry_delay_s: not there"},
        reply=without("RetryInfo"),
    ),
    Seeded(
        "lets_everybody_in",
        {"auth/nobody_gets_in_without_credentials[recommend]": "'reason': 'CREDENTIALS_MISSING'}"},
        reply=pardons("CREDENTIALS_MISSING"),
    ),
    Seeded(
        "accepts_expired_tokens",
        {"auth/an_expired_token_says_so": "'reason': 'CREDENTIALS_EXPIRED'}"},
        reply=pardons("CREDENTIALS_EXPIRED"),
    ),
    Seeded(
        "accepts_wrong_tokens",
        {
            "auth/what_is_no_credential_is_refused[nonsense_token]": "'CREDENTIALS_INVALID'}",
            "auth/a_token_of_another_issuer_is_invalid": "'CREDENTIALS_INVALID'}",
        },
        reply=pardons("CREDENTIALS_INVALID"),
    ),
    Seeded(
        "ignores_scopes",
        {"auth/a_narrow_scope_is_not_enough[create_item]": "'SCOPE_INSUFFICIENT'"},
        reply=pardons("SCOPE_INSUFFICIENT"),
    ),
    Seeded(
        "ignores_subjects",
        {"auth/a_client_acts_for_nobody_else[recommend]": "'reason': 'SUBJECT_MISMATCH'}"},
        reply=pardons("SUBJECT_MISMATCH"),
    ),
    Seeded(
        "refuses_unknown_fields",
        {"compatibility/unknown_fields_are_ignored[recommend]": "INVALID_ARGUMENT: "},
        reply=refuses_what_it_does_not_know,
    ),
]
