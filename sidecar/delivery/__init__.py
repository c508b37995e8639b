"""Delivery: from the outbox to Sentry, and the only place that imports `sentry_sdk`.

    limits    X-Sentry-Rate-Limits and Retry-After, as values
    outcome   what an answer means for the rows that were sent: one pure function
    gate      which category may send when
    envelope  rows to bytes
    dsn       where to, and with which authorisation
    transport bytes to an answer
    courier   one round: due rows out, posted, settled
    sender    the threads that make rounds

sentry-sdk's own transport cannot be used: it keeps 100 envelopes in memory, drops on 429, 5xx and network errors, and
does not tell the caller.  `Envelope`, `Item`, `Dsn` and `Auth` are used as they are.
"""
