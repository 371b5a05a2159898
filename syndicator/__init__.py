"""Syndicator: product content and applications, by entitlement, to every partner's page."""

__version__ = "0.1.0"
