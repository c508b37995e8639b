"""LogEvents to what Sentry is sent: frames as the official SDKs build them, source context, payloads, issue keys."""
