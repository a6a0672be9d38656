"""Surfaces of the shared server, each there to show one behaviour."""

from __future__ import annotations

SURFACES = """
# Its tokens live for a second.
[surfaces.brief]
like = "home_plain"
feed_ttl_s = 1
source_timeout_s = 5.0

# Its ranked tail is so short that a feed is soon retrieved again.
[surfaces.short_tail]
like = "home_plain"
feed_length = 25
candidates = 60
shortlist = 30
source_timeout_s = 5.0

[surfaces.unseen]
like = "home_plain"
seen = "exclude"
seen_limit = 2
source_timeout_s = 5.0

[surfaces.discounted]
like = "home_plain"
seen = "discount"
seen_limit = 5
source_timeout_s = 5.0

# Bought items stay out, clicked ones may come again.
[surfaces.unbought]
like = "buy_again"
excludes_purchased = true
source_timeout_s = 5.0

[surfaces.varied]
like = "home_plain"
diversity_attribute = "category"
source_timeout_s = 5.0

[surfaces.ruled]
like = "home_plain"
source_timeout_s = 5.0
[surfaces.ruled.rules.editors_choice]
kind = "pin"
item_ids = ["i299", "i297"]
position = 2
[surfaces.ruled.rules.not_too_much_of_a_brand]
kind = "cap"
attribute = "brand"
limit = 2
window = 5
[surfaces.ruled.rules.no_music]
kind = "block"
filter = 'category = "music"'
[surfaces.ruled.rules.never_these]
kind = "block"
item_ids = ["i000", "i006"]

[surfaces.boosted]
like = "home_plain"
source_timeout_s = 5.0
[surfaces.boosted.rules.garden_week]
kind = "boost"
filter = 'category = "garden"'
factor = 10.0

[surfaces.buried]
like = "home_plain"
source_timeout_s = 5.0
[surfaces.buried.rules.not_now]
kind = "boost"
filter = 'category = "books"'
factor = 0.0
"""
