'use strict';

const env = process.env;

module.exports = {
  port: Number(env.PORT ?? 8790),
  audioDir: env.AUDIO_DIR ?? '/tmp/larkline-audio',
  openai: {
    url: env.OPENAI_URL ?? 'https://api.openai.com/v1',
    key: env.OPENAI_API_KEY ?? '',
    model: 'gpt-4o-mini',
  },
  voice: {
    cacheUrl: env.SPEECH_CACHE_URL ?? 'http://127.0.0.1:5002',
    elevenLabsUrl: env.ELEVENLABS_URL ?? 'https://api.elevenlabs.io/v1',
    key: env.ELEVENLABS_API_KEY ?? '',
  },
  backend: {
    url: env.BACKEND_URL ?? 'http://backend.internal:8080',
    timeoutMs: Number(env.BACKEND_TIMEOUT_MS ?? 5000),
  },
};
