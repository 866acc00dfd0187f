"""The pages of the galleries, one file a subject."""
