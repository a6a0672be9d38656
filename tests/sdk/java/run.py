"""Tests the Java package: against a fake server in its process, and against the real one."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.sdk.java import maven
from tests.sdk.live_server import live_server

WORK = maven.RESULTS / "work" / "java"
FEATURES = {
    "recommend": "LiveTest.aUserGetsASlate",
    "paging": "LiveTest.aFeedIsPagedToItsEndWithoutRepeatingAnItem",
    "batch_events": "LiveTest.aBatchOfEventsIsAcceptedOnce",
    "typed_errors": "LiveTest.anErrorHasTheTypeOfItsReason",
    "deadline": "CallsTest.theDeadlineIsOneForAllAttempts",
    "cancellation": "CallsTest.cancellingTheFutureCancelsTheCallAtTheServer",
    "retries": "CallsTest.anIdempotentCallIsRepeatedWithFullJitterAtMostFourTimes",
    "retry_info": "CallsTest.retryInfoIsHonouredWhateverTheMethod",
    "retry_budget": "CallsTest.theRetryBudgetEndsRetriesOfAClientThatKeepsFailing",
    "idempotency_key": "CallsTest.theIdempotencyKeyIsTheSameOnAllAttemptsOfACall",
    "auth_refresh": "AroundCallsTest.concurrentCallsShareOneRefreshOfExpiredCredentials",
    "client_header": "CallsTest.everyCallSaysWhichSdkMakesIt",
    "interceptors": "AroundCallsTest.interceptorsStandAroundTheCallInOrder",
    "telemetry": "AroundCallsTest.openTelemetryGetsASpanACallWithAnEventAnAttempt",
    "mock_transport": "AroundCallsTest.theMockTransportAnswersAndRecords",
    "event_queue": "EventsTest.aBatchThatCouldNotBeSentIsSentAgainWithTheSameEvents",
    "impressions": "EventsTest.anItemOfASlateIsShownOnceWithItsTokenAndPosition",
    "unknown_fields": "AroundCallsTest.fieldsAndValuesOfANewerServerDoNoHarm",
    "int64_json": "AroundCallsTest.longsAndTimesSurviveJson",
}


def main() -> int:
    """Run everything; return 0 if all passed."""
    package = maven.ROOT / "sdk" / "generated" / "java"
    maven.lay_out(WORK, {"": Path(__file__).parent, "sdk": package})
    maven.clear_reports(WORK / "suite")
    with (
        tempfile.TemporaryDirectory(prefix="java-sdk-") as folder,
        live_server(Path(folder)) as server,
    ):
        live = server.describe()
        users = server.world.users
        built = maven.run(
            WORK,
            "test",
            f"-Dsdk.version={maven.version_of(package)}",
            f"-DargLine=-Dlive.endpoint={live['endpoint']} -Dlive.user={users[0]}",
        )
    tested = maven.report("java", FEATURES, WORK / "suite")
    compiled = maven.compiles_the_music_package("java")
    return 0 if built == 0 and tested == 0 and compiled else 1


if __name__ == "__main__":
    raise SystemExit(main())
