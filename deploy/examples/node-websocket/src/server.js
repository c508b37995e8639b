'use strict';

// The voice gateway: a WebSocket for each phone call, from the carrier's media stream.

const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');

const config = require('./config');
const { Backend } = require('./services/backend');
const { OpenAI } = require('./services/openai');
const { Voice } = require('./services/tts');
const { Session } = require('./session');
const { acceptWebSocket } = require('./ws/websocket');

const services = {
  openai: new OpenAI(config.openai),
  voice: new Voice(config.voice),
  backend: new Backend(config.backend),
};
const settings = new EventEmitter(); // emits 'reload' when a salon changes its greeting
const sessions = new Set();
let total = 0;

const server = http.createServer((request, response) => {
  response.end(JSON.stringify({ active: sessions.size, total }));
});

server.on('upgrade', (request, socket) => {
  const session = new Session(acceptWebSocket(request, socket), services, settings);
  sessions.add(session);
  session.on('end', () => sessions.delete(session));
  total += 1;
  if (total % 8 === 0) {
    console.log('📊 calls', { active: sessions.size, total });
  }
});

server.listen(config.port, '127.0.0.1', () => {
  console.log(`🚀 Voice gateway on port ${config.port}, model ${config.openai.model}, node ${process.version}`);
});

process.on('SIGTERM', () => {
  console.log(`[server] SIGTERM, ${sessions.size} calls open, bye`);
  process.exit(0);
});

// Rendered speech of the last run is of no use any more.
fs.mkdirSync(config.audioDir, { recursive: true });
fs.rmdir(config.audioDir, { recursive: true }, () => console.log(`[server] emptied ${config.audioDir}`));
