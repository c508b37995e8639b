'use strict';

const { EventEmitter } = require('node:events');

const { loudness } = require('./audio');

const HANDLERS = {
  start: 'onStart',
  transcript: 'onTranscript',
  audio: 'onAudio',
  dtmf: 'onDtmf',
  stop: 'onStop',
};
const HANG_UP_AFTER_MS = 300;

/** One phone call. */
class Session extends EventEmitter {
  constructor(socket, { openai, voice, backend }, settings) {
    super();
    Object.assign(this, { socket, openai, voice, backend, id: '?', salon: null, menu: undefined });
    socket.on('message', (text) => this.handle(text));
    socket.on('close', () => this.onClose());
    settings.on('reload', (salon) => this.onReload(salon));
  }

  async handle(text) {
    const message = JSON.parse(text);
    try {
      await this[HANDLERS[message.type]](message);
    } catch (err) {
      console.error(`❌ [${this.id}] ${message.type} failed:`, err);
    }
  }

  onStart({ callId, salon, language }) {
    this.id = callId;
    this.salon = salon;
    this.language = language;
    console.log(`📞 [${this.id}] call for salon ${salon} (${language})`);
  }

  async onTranscript({ text }) {
    console.log(`[${this.id}] caller: "${text}"`);
    const { intent, slot } = await this.openai.intent(this.id, text);
    console.log(`[${this.id}] intent: ${intent}${slot ? `, ${slot}` : ''}`);
    if (intent === 'book' && slot) {
      const booking = await this.backend.book(this.salon, slot);
      console.log(`✅ [${this.id}] booking #${booking}`);
    }
    await this.say(intent);
    if (intent === 'goodbye') {
      setTimeout(() => this.hangUp(), HANG_UP_AFTER_MS);
    }
  }

  async say(phrase) {
    const speech = await this.voice.speak(this.language === 'de' ? 'calm' : 'sunny', phrase);
    this.socket?.send(JSON.stringify({ type: 'play', speech }));
    console.log(`[${this.id}] said "${phrase}"`);
  }

  onAudio({ payload }) {
    const level = loudness(Buffer.from(payload, 'base64'));
    if (level > 0.95) {
      console.warn(`[${this.id}] the caller's line is very loud (${level.toFixed(2)})`);
    }
  }

  onDtmf({ digit }) {
    const choice = this.menu.slots[digit - 1];
    console.log(`[${this.id}] key ${digit}: ${choice}`);
  }

  onStop({ seconds }) {
    console.log(`[${this.id}] call over after ${seconds} s`);
    this.socket.close();
  }

  onReload(salon) {
    if (salon === this.salon) {
      console.log(`[${this.id}] new greeting for salon ${salon}`);
    }
  }

  onClose() {
    this.socket = null;
    this.emit('end');
  }

  hangUp() {
    this.socket.close();
    console.log(`[${this.id}] hung up`);
  }
}

module.exports = { Session };
