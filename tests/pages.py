"""The pages a person can open, by their addresses: what every page must stand is asked of each of these.

tests/security/test_addresses.py compares the table with what the site answers, so that no new page is forgotten.
"""

PAGES = frozenset(
    {
        "",
        "library/",
        "images/<uuid:id>/",
        "collections/",
        "collections/<uuid:id>/",
        "trash/",
        "compare/",
        "queue/",
        "prompts/",
        "teams/",
        "jobs/",
        "jobs/<uuid:id>/",
        "accounts/email/",
        "accounts/password/change/",
        "accounts/reauthenticate/",
        "accounts/logout/",
    }
)
# Before somebody is signed in.
DOORS = frozenset(
    {
        "accounts/login/",
        "accounts/signup/",
        "accounts/inactive/",
        "accounts/confirm-email/",
        "accounts/confirm-email/<key>/",
        "accounts/password/reset/",
        "accounts/password/reset/done/",
        "accounts/password/reset/key/<uidb36>-<key>/",
        "accounts/password/reset/key/done/",
    }
)
