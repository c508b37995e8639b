'use strict';

const PROMPT = 'Say what the caller of a salon wants, as JSON: {"intent": "...", "slot": "..."}';

class OpenAIError extends Error {
  constructor(status, { message, code, type }, requestId) {
    super(message);
    this.name = 'OpenAIError';
    this.status = status;
    this.code = code;
    this.type = type;
    this.requestId = requestId;
  }
}

class OpenAI {
  constructor({ url, key, model }) {
    Object.assign(this, { url, key, model });
  }

  /** What the caller wants: { intent, slot }. */
  async intent(callId, text) {
    const answer = await this.chat(callId, [
      { role: 'system', content: PROMPT },
      { role: 'user', content: text },
    ]);
    return parseIntent(answer);
  }

  async chat(callId, messages) {
    const response = await fetch(`${this.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json', 'x-call-id': callId },
      body: JSON.stringify({ model: this.model, messages }),
    });
    const body = await response.json();
    if (!response.ok) {
      throw new OpenAIError(response.status, body.error, response.headers.get('x-request-id'));
    }
    return body.choices[0].message.content;
  }
}

function parseIntent(answer) {
  return JSON.parse(answer);
}

module.exports = { OpenAI, OpenAIError };
