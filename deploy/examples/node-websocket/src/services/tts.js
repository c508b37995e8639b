'use strict';

class SpeechError extends Error {
  constructor(provider, message, options) {
    super(`${provider}: ${message}`, options);
    this.name = 'SpeechError';
    this.provider = provider;
  }
}

/** Turns text into speech: from the cache beside us, else from ElevenLabs. */
class Voice {
  constructor({ cacheUrl, elevenLabsUrl, key }) {
    this.providers = [
      { name: 'cache', url: `${cacheUrl}/speech`, headers: {} },
      { name: 'elevenlabs', url: `${elevenLabsUrl}/text-to-speech`, headers: { 'xi-api-key': key } },
    ];
  }

  async speak(voice, phrase) {
    const errors = [];
    for (const provider of this.providers) {
      try {
        const speech = await this.render(provider, voice, phrase);
        if (errors.length > 0) {
          console.error(`[tts] fell back to ${provider.name}:`, errors[0]);
        }
        return speech;
      } catch (err) {
        errors.push(err);
      }
    }
    throw new AggregateError(errors, `No provider could say "${phrase}"`);
  }

  async render({ name, url, headers }, voice, phrase) {
    let response;
    try {
      response = await fetch(`${url}/${voice}?text=${phrase}`, { headers });
    } catch (err) {
      throw new SpeechError(name, 'no connection', { cause: err });
    }
    if (!response.ok) {
      throw new SpeechError(name, `HTTP ${response.status}`);
    }
    return response.text();
  }
}

module.exports = { Voice, SpeechError };
