"""Each fault of an edge, the cases that must catch it, and words of why they fail."""

from __future__ import annotations

from tests.conformance.edge_faults import (
    Keeps,
    allows_headers_by_a_star,
    calls_everything_public,
    cuts_off_trailers,
    drops,
    drops_connect_details,
    forgets_to_compress,
    hides_refusals_from_pages,
    ignores_what_callers_have,
    lets_caches_keep_errors,
    lets_in_any_origin,
    lets_in_any_origin_with_credentials,
    names_requests_itself,
    plain_errors,
    refuses_preflights,
    says_that_all_is_well,
    takes_plus_for_plus,
    without_the_reason,
)
from tests.conformance.faulty_edge import SeededEdge

_PERSONAL, _SHARED = Keeps("/v1/users/"), Keeps("/v1/items/")

FAULTS = [
    SeededEdge(
        "drops_the_etag",
        {
            "caching/shared_replies_may_be_kept[trending]": "headers.etag: not there",
            "caching/what_is_unchanged_is_not_sent_again[same]": "headers.etag",
        },
        reply=drops("etag"),
    ),
    SeededEdge(
        "ignores_if_none_match",
        {"caching/what_is_unchanged_is_not_sent_again[same]": "reply.status: 200, expected 304"},
        request=ignores_what_callers_have,
    ),
    SeededEdge(
        "forgets_the_age",
        {"caching/a_kept_reply_says_its_age[trending]": "headers.age: not there"},
        reply=drops("age"),
    ),
    SeededEdge(
        "forgets_what_replies_vary_by",
        {
            "caching/what_a_reply_depends_on_is_said": "headers.vary: not there",
            "cors/caches_keep_origins_apart": "headers.vary: not there",
        },
        reply=drops("vary"),
    ),
    SeededEdge(
        "caches_personal_replies",
        {"caching/a_profile_is_read_anew": "conformance_age.numberValue: 41, expected 42"},
        request=_PERSONAL.request,
        reply=_PERSONAL.reply,
    ),
    SeededEdge(
        "gives_kept_replies_to_everybody",
        {"caching/a_kept_reply_is_for_those_who_may_ask": "reply.status: 200, expected 401"},
        request=_SHARED.request,
        reply=_SHARED.reply,
    ),
    SeededEdge(
        "calls_everything_public",
        {
            "caching/personal_replies_are_not_kept[get_item]": "'public, max-age=60'",
            "caching/personal_replies_are_not_kept[recommend_for_a_user]": "'public, max-age=60'",
        },
        reply=calls_everything_public,
    ),
    SeededEdge(
        "lets_caches_keep_errors",
        {"caching/refusals_are_not_kept[wrong_request]": "'public, max-age=60'"},
        reply=lets_caches_keep_errors,
    ),
    SeededEdge(
        "never_compresses",
        {"caching/large_replies_are_compressed[gzip]": "headers.content-encoding: not there"},
        request=forgets_to_compress,
    ),
    SeededEdge(
        "lets_in_any_origin_with_credentials",
        {"cors/no_page_at_large_gets_credentials[preflight]": "credentials: 'true'"},
        reply=lets_in_any_origin_with_credentials,
    ),
    SeededEdge(
        "lets_in_any_origin",
        {
            "cors/an_origin_that_is_not_listed_is_refused[preflight]": "allow-origin: 'https://stranger",
            "cors/an_origin_that_is_not_listed_is_refused[call]": "allow-origin: 'https://stranger",
        },
        reply=lets_in_any_origin,
    ),
    SeededEdge(
        "allows_headers_by_a_star",
        {"cors/a_header_is_allowed_by_its_name[authorization]": "allow-headers: '*'"},
        reply=allows_headers_by_a_star,
    ),
    SeededEdge(
        "refuses_preflights",
        {"cors/a_preflight_is_accepted[get]": "reply.status: 401"},
        request=refuses_preflights,
    ),
    SeededEdge(
        "hides_refusals_from_pages",
        {"cors/answers_may_be_read[refusal_of_the_server]": "allow-origin: not there"},
        reply=hides_refusals_from_pages,
    ),
    SeededEdge(
        "exposes_no_headers",
        {"cors/a_header_is_exposed[request_id]": "expose-headers: not there"},
        reply=drops("access-control-expose-headers"),
    ),
    SeededEdge(
        "strips_the_reason",
        {
            "edge/an_error_has_its_status_in_rest[invalid]": "reply.json.details: []",
            "errors/an_unknown_surface_is_not_found[recommend]": "error.reason: ''",
        },
        reply=without_the_reason,
    ),
    SeededEdge(
        "puts_pages_in_place_of_errors",
        {
            "edge/an_error_has_its_status_in_rest[not_found]": "headers.content-type: 'text/html'",
            "catalog/a_deleted_item_is_not_found": "error.reason: ''",
        },
        reply=plain_errors,
    ),
    SeededEdge(
        "says_that_all_is_well",
        {"edge/an_error_has_its_status_in_rest[invalid]": "reply.status: 200, expected 400"},
        reply=says_that_all_is_well,
    ),
    SeededEdge(
        "names_requests_itself",
        {"edge/the_servers_name_of_a_request_is_in_the_headers[reply]": "'of-the-proxy'"},
        reply=names_requests_itself,
    ),
    SeededEdge(
        "takes_plus_for_plus",
        {"edge/spaces_of_a_query_may_be_written_in_either_way[plus]": "400, expected 200"},
        request=takes_plus_for_plus,
    ),
    SeededEdge(
        "cuts_off_trailers",
        {"recommend/the_request_id_comes_back": "no grpc-status"},
        reply=cuts_off_trailers,
        protocol="grpc-web",
    ),
    SeededEdge(
        "drops_connects_details",
        {"errors/an_unknown_surface_is_not_found[recommend]": "error.reason: ''"},
        reply=drops_connect_details,
        protocol="connect",
    ),
]
