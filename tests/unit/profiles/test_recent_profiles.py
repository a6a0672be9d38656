"""What is kept of profiles, and what is not."""

from server.profiles.ports import Profile
from server.profiles.recent_profiles import RecentProfiles, StoredProfile

ANN = StoredProfile(Profile(user_id="ann"), 100)
NOBODY = StoredProfile(None, 0)


def test_what_was_read_is_found_also_that_there_is_nothing():
    recent = RecentProfiles()
    recent.keep("ann", ANN, recent.revision)
    recent.keep("bob", NOBODY, recent.revision)
    assert (recent.find("ann"), recent.find("bob"), recent.find("eve")) == (ANN, NOBODY, None)


def test_what_changed_is_forgotten():
    recent = RecentProfiles()
    recent.keep("ann", ANN, recent.revision)
    recent.keep("bob", NOBODY, recent.revision)
    recent.forget(["ann", "eve"])
    assert (recent.find("ann"), recent.find("bob")) == (None, NOBODY)


def test_a_read_that_a_write_overtook_is_not_kept():
    recent = RecentProfiles()
    before = recent.revision
    recent.forget(["ann"])
    recent.keep("ann", ANN, before)
    assert recent.find("ann") is None


def test_the_least_recently_used_make_room():
    recent = RecentProfiles(capacity_bytes=2_000)
    for user_id in ("a", "b", "c"):
        recent.keep(user_id, ANN, recent.revision)
    recent.find("a")
    recent.keep("d", ANN, recent.revision)
    assert [each for each in "abcd" if recent.find(each)] == ["a", "c", "d"]
    recent.keep("big", StoredProfile(Profile(user_id="big"), 5_000), recent.revision)
    assert not any(recent.find(each) for each in ("a", "b", "c", "d", "big"))
    for _ in range(9):
        recent.keep("a", ANN, recent.revision)
    recent.keep("b", ANN, recent.revision)
    assert recent.find("a") == recent.find("b") == ANN
