"""Which symptoms may be told of afterwards, by their codes: of a test, a session, or a row of the diary."""

# As each may be noted in a run. The last is one that stands in the comment.
TOLD_AFTER = ("chest_pain", "breathless", "dizzy", "leg_pain", "pallor", "palpitations", "other")
