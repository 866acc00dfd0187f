"""The outcome classes of a paid call, and the tables that sort an endpoint's answer into them."""

import enum


class Outcome(enum.Enum):
    """What a call came to. Only the first two ever repeat by themselves."""

    NOT_SENT = "not_sent"  # no byte of the request left
    NOT_EXECUTED = "not_executed"  # the endpoint says it did nothing: the rate limit
    REFUSED = "refused"  # this request will never do
    BLOCKED = "blocked"  # no request of this provider will do until someone mends it
    UNKNOWN = "unknown"  # it may have been made and charged
    DONE = "done"  # at least one picture


# The error's own code or type decides first, on any 4xx (letters and digits only, lower case).
CODES: dict[str, tuple[Outcome, str]] = {
    "contentpolicyviolation": (Outcome.REFUSED, "content_policy"),
    "moderationblocked": (Outcome.REFUSED, "content_policy"),
    "contentfilter": (Outcome.REFUSED, "content_policy"),
    "responsibleaipolicyviolation": (Outcome.REFUSED, "content_policy"),
    "billinghardlimitreached": (Outcome.BLOCKED, "billing"),
    "billingnotactive": (Outcome.BLOCKED, "billing"),
    "insufficientquota": (Outcome.BLOCKED, "quota"),
    "quotaexceeded": (Outcome.BLOCKED, "quota"),
    "invalidapikey": (Outcome.BLOCKED, "api_key"),
    "accountdeactivated": (Outcome.BLOCKED, "account"),
    "modelnotfound": (Outcome.BLOCKED, "model_not_found"),
}

# Then the status. Whatever is not here is UNKNOWN: an odd answer never proves that nothing was charged.
STATUSES: dict[int, tuple[Outcome, str]] = {
    # The POST was sent elsewhere by someone who did not carry it out; 303 means it may have been.
    **dict.fromkeys((301, 302, 307, 308), (Outcome.BLOCKED, "redirected")),
    400: (Outcome.REFUSED, "invalid_request"),
    401: (Outcome.BLOCKED, "api_key"),
    402: (Outcome.BLOCKED, "billing"),
    403: (Outcome.BLOCKED, "forbidden"),
    404: (Outcome.BLOCKED, "not_found"),
    405: (Outcome.BLOCKED, "not_found"),
    410: (Outcome.BLOCKED, "not_found"),
    413: (Outcome.REFUSED, "invalid_request"),
    415: (Outcome.REFUSED, "invalid_request"),
    422: (Outcome.REFUSED, "invalid_request"),
    429: (Outcome.NOT_EXECUTED, "rate_limit"),
    451: (Outcome.REFUSED, "legal"),
}

MAY_BE_CHARGED = "The picture may have been made and charged."

# What a person reads where the endpoint has no words of its own, or none to be trusted.
SENTENCES: dict[str, str] = {
    "done": "The endpoint answered with a picture.",
    # NOT_SENT
    "connect_failed": "The endpoint could not be reached; nothing was sent.",
    "connect_timeout": "The endpoint did not accept a connection in time; nothing was sent.",
    "interrupted": "The call failed before anything was sent.",
    # NOT_EXECUTED
    "rate_limit": "The endpoint asks us to wait: its rate limit is reached.",
    # REFUSED
    "content_policy": "The endpoint's content policy refused this prompt.",
    "invalid_request": "The endpoint refused the request as invalid.",
    "legal": "The endpoint refused the request for legal reasons.",
    # BLOCKED
    "account": "The endpoint says the account is not active.",
    "address_refused": "The endpoint's address may not be called: it is private, or no usual web address.",
    "api_key": "The endpoint does not accept the API key.",
    "bad_base_url": "The provider's base address is not one that can be called.",
    "billing": "The endpoint refuses over billing: a limit is reached or a payment is missing.",
    "forbidden": "The endpoint does not allow this account to do that.",
    "model_not_found": "The endpoint does not know the model.",
    "not_found": "The endpoint does not know the model or the address.",
    "quota": "The endpoint's quota for this account is used up.",
    "redirected": "The endpoint's address has moved; the provider's base address needs changing.",
    # UNKNOWN
    "bad_json": f"The endpoint's answer could not be read. {MAY_BE_CHARGED}",
    "bad_picture": f"The endpoint's answer holds no readable picture. {MAY_BE_CHARGED}",
    "broken": f"The connection broke before the answer was complete. {MAY_BE_CHARGED}",
    "empty_data": f"The endpoint answered without a picture. {MAY_BE_CHARGED}",
    "error_in_success": f"The endpoint reported success and an error at once. {MAY_BE_CHARGED}",
    "protocol": f"The endpoint's answer broke the rules of HTTP or ended early. {MAY_BE_CHARGED}",
    "read_timeout": f"The endpoint fell silent before the answer was complete. {MAY_BE_CHARGED}",
    "reply_too_large": f"The endpoint's answer was too large to keep. {MAY_BE_CHARGED}",
    "server_error": f"The endpoint failed while working on the request. {MAY_BE_CHARGED}",
    "total_timeout": f"The endpoint did not finish its answer in time. {MAY_BE_CHARGED}",
    "unexpected_status": f"The endpoint gave an answer without a known meaning. {MAY_BE_CHARGED}",
    "write_failed": f"The connection broke while the request was being sent. {MAY_BE_CHARGED}",
}
