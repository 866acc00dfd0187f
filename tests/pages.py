"""The pages a person can open, by their addresses: what every page must stand is asked of each of these.

tests/security/test_addresses.py compares the table with what the site answers, so that no new page is forgotten.
"""

PAGES = frozenset(
    {
        "",
        "library/",
        "images/<uuid:id>/",
        "team/<slug:slug>/collections/",
        "team/<slug:slug>/collections/<slug:name>/",
        "collections/<uuid:id>/people/",
        "images/<uuid:id>/links/",
        "images/<uuid:id>/publication/",
        "collections/<uuid:id>/links/",
        "team/<slug:slug>/links/",
        "notices/",
        "notices/settings/",
        "asks/",
        "team/<slug:slug>/links/<uuid:id>/",
        "team/<slug:slug>/rounds/",
        "team/<slug:slug>/rounds/<uuid:id>/",
        "cases/<uuid:id>/",
        "trash/",
        "compare/",
        "queue/",
        "prompts/",
        "teams/",
        "team/<slug:slug>/",
        "team/<slug:slug>/activity/",
        "team/<slug:slug>/left/",
        "team/<slug:slug>/people/",
        "team/<slug:slug>/settings/",
        "team/<slug:slug>/spend/",
        "jobs/",
        "jobs/<uuid:id>/",
        "accounts/name/",
        "accounts/strikes/",
        "accounts/email/",
        "accounts/password/change/",
        "accounts/reauthenticate/",
        "accounts/sessions/",
        "accounts/2fa/",
        "accounts/2fa/webauthn/",
        "accounts/3rdparty/",
        "accounts/logout/",
    }
)
# Behind the password, once more; of somebody with an app, a passkey and recovery codes, but for the first.
GUARDED = frozenset(
    {
        "accounts/2fa/totp/activate/",
        "accounts/2fa/totp/deactivate/",
        "accounts/2fa/recovery-codes/",
        "accounts/2fa/recovery-codes/generate/",
        "accounts/2fa/webauthn/add/",
        "accounts/2fa/webauthn/keys/<int:pk>/edit/",
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        "accounts/2fa/reauthenticate/",
        "accounts/2fa/webauthn/reauthenticate/",
    }
)
# Before somebody is signed in.
DOORS = frozenset(
    {
        "invitations/<str:token>/",
        "notices/unsubscribing/<str:token>/",
        "reports/<str:number>/",
        "reports/s/<str:token>/<uuid:id>/",
        "reports/gallery/<uuid:id>/",
        "s/<str:token>/",
        "s/<str:token>/<uuid:id>/",
        "gallery/",
        "gallery/<uuid:id>/",
        "accounts/login/",
        "accounts/signup/",
        "accounts/inactive/",
        "accounts/confirm-email/",
        "accounts/confirm-email/<key>/",
        "accounts/3rdparty/login/cancelled/",
        "accounts/password/reset/",
        "accounts/password/reset/done/",
        "accounts/password/reset/key/<uidb36>-<key>/",
        "accounts/password/reset/key/done/",
    }
)
