'use strict';

class BackendError extends Error {
  name = 'BackendError';

  constructor(message, details) {
    super(message);
    Object.assign(this, details);
  }
}

/** The PHP back end, which keeps the bookings. */
class Backend {
  constructor({ url, timeoutMs }) {
    Object.assign(this, { url, timeoutMs });
  }

  /** Books a slot; returns the number of the booking. */
  async book(salon, slot) {
    const response = await fetch(`${this.url}/bookings`, {
      method: 'POST',
      body: JSON.stringify({ salon, chair: 1, start: slot, service: 'cut' }),
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    if (response.status !== 201) {
      throw new BackendError(`Back end answered ${response.status} to a booking`, {
        status: response.status,
        salon,
        slot,
      });
    }
    const { booking } = await response.json();
    return booking;
  }
}

module.exports = { Backend, BackendError };
