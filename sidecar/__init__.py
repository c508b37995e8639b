"""sentry-sidecar: everything that touches the world; `parsers` holds the pure part."""

__version__ = "0.1.0"
