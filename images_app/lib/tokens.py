"""Keys to doors: long, random, shown once. What is kept is a hash: whoever reads the database opens nothing with it."""

import hashlib
import secrets


def new_token() -> str:
    """32 characters for an address, of 192 random bits."""
    return secrets.token_urlsafe(24)


def hashed(token: str) -> str:
    """What is kept of a token, 64 characters. It is random enough that a fast hash protects it."""
    return hashlib.sha256(token.encode()).hexdigest()
