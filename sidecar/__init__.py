"""sentry-sidecar: everything that touches the world; `parsers` holds the pure part."""
