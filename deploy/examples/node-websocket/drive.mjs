// A few hours of the voice gateway: starts it under its supervisor, plays the carrier (WebSocket clients) and the
// services it talks to (OpenAI, ElevenLabs, the speech cache, the PHP back end), all on 127.0.0.1.  Every step says
// which records it must bring; it is over when the log holds them.  Prints the counts as JSON.  Run by generate.sh.
//     node drive.mjs LOG

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [PORT, SERVICES, CACHE] = [8790, 8791, 5002];
const LOG = process.argv[2];
const WAIT_MS = 5000;

let seed = 20261123;
const chance = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
const pick = (list) => list[Math.floor(chance() * list.length)];

// ---- what the services answer next --------------------------------------------------------------------------------
const answer = { openai: null, elevenlabs: 200, booking: 201 };
let bookings = 10481;

const services = http.createServer(async (request, response) => {
  if (request.url.startsWith('/openai')) {
    const { status = 200, body, content } = answer.openai;
    response.writeHead(status, { 'x-request-id': `req_${randomHex(8)}` });
    response.end(JSON.stringify(body ?? { choices: [{ message: { content } }] }));
  } else if (request.url.startsWith('/elevenlabs')) {
    response.writeHead(answer.elevenlabs).end('speech-0001');
  } else {
    if (answer.booking === 'late') {
      await sleep(400);
    }
    response.writeHead(answer.booking === 'late' ? 201 : answer.booking).end(JSON.stringify({ booking: bookings }));
  }
});
const cacheServer = http.createServer((request, response) => {
  response.writeHead(200, { connection: 'close' }).end('speech-0002');
});
const listen = (server, port) => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
const close = (server) => new Promise((resolve) => server.close(resolve));

function randomHex(digits) {
  return Array.from({ length: digits }, () => Math.floor(chance() * 16).toString(16)).join('');
}

// ---- the carrier ------------------------------------------------------------------------------------------------------
function frame(text) {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const head = payload.length < 126 ? [0x81, 0x80 | payload.length] : [0x81, 0xfe, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from(head), mask, payload.map((byte, i) => byte ^ mask[i % 4])]);
}

async function dial() {
  const socket = net.connect(PORT, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.write('GET / HTTP/1.1\r\nHost: gateway\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
  socket.write(`Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

// ---- what must be in the log --------------------------------------------------------------------------------------------
let [seen, records] = [0, 0];
const issues = new Map();

const issue = (type, value, causes = [], head = `${type}: ${value}`) => ({ type, value, causes, head });

async function expectRecords(writes) {
  const end = Date.now() + WAIT_MS;
  let fresh;
  do {
    await sleep(5);
    fresh = fs.readFileSync(LOG, 'utf8').slice(seen);
  } while (!holds(fresh, writes) && Date.now() < end);
  await sleep(20);
  fresh = fs.readFileSync(LOG, 'utf8').slice(seen);
  if (!holds(fresh, writes)) {
    throw new Error(`planned ${JSON.stringify(writes, null, 1)}\nfound ${fresh}`);
  }
  seen += fresh.length;
  records += writes.length;
  writes.filter((write) => write.type).forEach(count);
}

function holds(text, writes) {
  return text.endsWith('\n') && writes.every((write) => text.includes(write.head ?? write));
}

function count({ type, value, causes, errors }) {
  const key = type + value.replace(/\d+|".*"/g, '#').replace(/position.*/, '');
  const known = issues.get(key) ?? { type, value, causes, errors, count: 0 };
  issues.set(key, { ...known, count: known.count + 1 });
}

// ---- one call -------------------------------------------------------------------------------------------------------------
const SAYINGS = {
  book: [
    'Do you have something on Friday morning?',
    'A haircut next week, please.',
    'I would like to book a colour.',
    'Is Thursday at two still free?',
    'Hi, a beard trim, as early as you can.',
    'Anything on Saturday after ten?',
    'The same as last time, please.',
    'Wash and cut for my daughter.',
  ],
  opening_hours: ['Are you open on Saturday?', 'How long are you open today?', 'Do you close over lunch?', 'When do you open?'],
  move: ['Could we make it an hour later?', 'I have to move my appointment.', 'Can I come on Monday instead?'],
  cancel: ['I need to cancel for tomorrow.', 'Sorry, I cannot come today.', 'Please cancel my appointment.'],
  goodbye: ['Thanks, bye!', 'That was all, goodbye.', 'Great, see you then.'],
};
const RATE_LIMIT = {
  message: 'Rate limit reached for gpt-4o-mini in organization org-example on requests per min (RPM): Limit 500, Used 500, Requested 1.',
  code: 'rate_limit_exceeded',
  type: 'requests',
};
const SLOTS = ['24 09:00', '25 16:00', '26 10:30', '27 09:00', '27 14:30', '28 10:30', '30 09:00', '30 16:00'].map(
  (slot) => `2026-11-${slot}`,
);
let callsOfProcess = 0;

class Call {
  constructor() {
    this.id = `CA${randomHex(6)}`;
    this.salon = pick([11, 12, 14, 15]);
    this.language = this.salon === 11 ? 'de' : 'en';
  }

  async start() {
    callsOfProcess += 1;
    const writes = [`📞 [${this.id}] call for salon ${this.salon} (${this.language})`];
    if (callsOfProcess % 8 === 0) {
      writes.unshift('📊 calls { active: ');
    }
    if (callsOfProcess === 11) {
      writes.unshift('MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 11 reload listeners');
    }
    this.socket = await dial();
    await this.send({ type: 'start', callId: this.id, salon: this.salon, language: this.language }, writes);
  }

  async send(message, writes) {
    this.socket.write(frame(JSON.stringify(message)));
    await expectRecords(writes);
  }

  failed(what) {
    return `❌ [${this.id}] ${what} failed: `;
  }

  /** The caller says something; `after` are the records behind "intent". */
  async say(intent, { slot, openai, heard = true, after } = {}) {
    const text = pick(SAYINGS[intent]);
    answer.openai = openai ?? { content: JSON.stringify(slot ? { intent, slot } : { intent }) };
    const writes = [`[${this.id}] caller: "${text}"`];
    if (heard) {
      writes.push(`[${this.id}] intent: ${intent}${slot ? `, ${slot}` : ''}`);
    }
    await this.send({ type: 'transcript', text }, [...writes, ...(after ?? [`[${this.id}] said "${intent}"`])]);
  }

  async book() {
    bookings += 1;
    await this.say('book', { slot: pick(SLOTS), after: [`✅ [${this.id}] booking #${bookings}`, `[${this.id}] said "book"`] });
  }

  async stop() {
    const seconds = 20 + Math.floor(chance() * 160);
    await this.send({ type: 'stop', seconds }, [`[${this.id}] call over after ${seconds} s`]);
  }

  // What goes wrong.
  async rateLimit() {
    const message = `${RATE_LIMIT.message} Please try again in ${12 + Math.floor(chance() * 900)}ms.`;
    const error = issue('OpenAIError', message);
    error.head = `${this.failed('transcript')}${error.head}`;
    await this.say('book', { heard: false, openai: { status: 429, body: { error: { ...RATE_LIMIT, message } } }, after: [error] });
  }

  async prose() {
    const value = 'Unexpected token \'S\', "Sure! The "... is not valid JSON';
    const error = issue('SyntaxError', value, [], `${this.failed('transcript')}SyntaxError: ${value}`);
    await this.say('move', { heard: false, openai: { content: 'Sure! The caller wants to move an appointment.' }, after: [error] });
  }

  async refused(status) {
    answer.booking = status;
    const error = issue('BackendError', `Back end answered ${status} to a booking`);
    error.head = `${this.failed('transcript')}${error.head}`;
    await this.say('book', { slot: pick(SLOTS), after: [error] });
    answer.booking = 201;
  }

  async late() {
    answer.booking = 'late';
    const value = 'The operation was aborted due to timeout';
    const error = issue('TimeoutError', value, [], `${this.failed('transcript')}DOMException [TimeoutError]: ${value}`);
    await this.say('book', { slot: pick(SLOTS), after: [error] });
    answer.booking = 201;
  }

  async cacheDown() {
    const error = issue('SpeechError', 'cache: no connection', ['Error', 'TypeError']);
    error.head = `[tts] fell back to elevenlabs: ${error.head}`;
    await close(cacheServer);
    await this.say('opening_hours', { after: [error, `[${this.id}] said "opening_hours"`] });
    await listen(cacheServer, CACHE);
  }

  async mute() {
    const value = 'No provider could say "cancel"';
    const error = issue('AggregateError', value, [], `${this.failed('transcript')}AggregateError: ${value}`);
    error.errors = ['SpeechError', 'SpeechError'];
    answer.elevenlabs = 503;
    await close(cacheServer);
    await this.say('cancel', { after: [error] });
    await listen(cacheServer, CACHE);
    answer.elevenlabs = 200;
  }

  async key() {
    const value = "Cannot read properties of undefined (reading 'slots')";
    await this.send({ type: 'dtmf', digit: 1 }, [issue('TypeError', value, [], `${this.failed('dtmf')}TypeError: ${value}`)]);
  }

  async oddAudio() {
    const bytes = 161 + 2 * Math.floor(chance() * 80);
    const value = `The value of "offset" is out of range. It must be >= 0 and <= ${bytes - 2}. Received ${bytes - 1}`;
    const error = issue('RangeError', value, [], `${this.failed('audio')}RangeError [ERR_OUT_OF_RANGE]: ${value}`);
    await this.send({ type: 'audio', payload: Buffer.alloc(bytes).toString('base64') }, [error]);
  }

  async loud() {
    const samples = Buffer.alloc(80, 0xff);
    samples.writeInt16LE(31200 + Math.floor(chance() * 1200), 40);
    await this.send({ type: 'audio', payload: samples.toString('base64') }, [`[${this.id}] the caller's line is very loud (0.9`]);
  }

  async bye() {
    await this.say('goodbye', { after: [`[${this.id}] said "goodbye"`] });
    await expectRecords([`[${this.id}] hung up`]);
  }

  async byeAndGone() {
    await this.say('goodbye', { after: [`[${this.id}] said "goodbye"`] });
    this.socket.resetAndDestroy();
    await expectRecords(['[ws] socket error: read ECONNRESET']);
    await restarted(issue('TypeError', "Cannot read properties of null (reading 'close')"));
  }

  async keepalive() {
    this.socket.write(frame('keepalive'));
    await restarted(issue('SyntaxError', `Unexpected token 'k', "keepalive" is not valid JSON`));
  }
}

const STARTED = [`🚀 Voice gateway on port ${PORT}`, '[DEP0147] DeprecationWarning: ', '[server] emptied'];

async function restarted(fatal) {
  callsOfProcess = 0;
  await expectRecords([fatal, '[supervisor] server.js ended with code 1, starting it again', ...STARTED]);
}

// ---- the plan: a call a line; calls between the same blank lines are open at the same time ------------------------
const PLAN = `
  book stop
  say:opening_hours book stop
  say:move stop

  book bye
  oddAudio book stop
  say:opening_hours stop

  say:cancel stop
  loud book refused:409 stop
  book key book stop

  prose say:move stop
  refused:409 book stop
  say:opening_hours oddAudio book stop

  rateLimit book stop
  rateLimit rateLimit stop
  loud rateLimit say:cancel stop

  rateLimit rateLimit rateLimit stop
  rateLimit stop
  rateLimit refused:409 rateLimit stop

  rateLimit rateLimit book stop
  say:move rateLimit stop
  rateLimit rateLimit rateLimit stop

  prose book stop
  book stop
  say:cancel bye

  book say:opening_hours
  say:move oddAudio
  book byeAndGone

  book refused:409 stop
  prose book stop
  say:opening_hours oddAudio stop

  late refused:500 book stop
  refused:500 late stop
  say:move refused:500 stop

  key say:cancel stop
  loud book oddAudio stop
  say:opening_hours book bye

  cacheDown book stop
  cacheDown cacheDown stop
  mute mute stop

  mute cacheDown stop
  book cacheDown oddAudio stop
  prose prose say:move stop

  refused:409 key book stop
  oddAudio loud book stop
  say:cancel refused:409 bye

  book
  say:opening_hours book
  oddAudio keepalive

  refused:409 book stop
  prose refused:409 stop
  loud oddAudio say:move stop

  book key stop
  say:opening_hours prose book bye
  loud refused:409 stop
`;

async function play(lines) {
  const open = lines.map((line) => ({ call: new Call(), steps: ['start', ...line.trim().split(/\s+/)] }));
  while (open.some(({ steps }) => steps.length > 0)) {
    for (const { call, steps } of open) {
      if (steps.length > 0) {
        const [step, argument] = steps.shift().split(':');
        await call[step](/^\d+$/.test(argument) ? Number(argument) : argument);
      }
    }
  }
}

fs.writeFileSync(LOG, '');
const out = fs.openSync(LOG, 'a');
await listen(services, SERVICES);
await listen(cacheServer, CACHE);
const supervisor = spawn(process.execPath, ['/srv/app/src/supervisor.js'], {
  stdio: ['ignore', out, out],
  env: {
    PATH: process.env.PATH,
    PORT: String(PORT),
    OPENAI_URL: `http://127.0.0.1:${SERVICES}/openai`,
    ELEVENLABS_URL: `http://127.0.0.1:${SERVICES}/elevenlabs`,
    BACKEND_URL: `http://127.0.0.1:${SERVICES}/backend`,
    BACKEND_TIMEOUT_MS: '150',
  },
});
try {
  await expectRecords(STARTED);
  for (const group of PLAN.trim().split(/\n\s*\n/)) {
    await play(group.trim().split('\n'));
  }
  supervisor.kill('SIGTERM');
  await expectRecords(['[server] SIGTERM, 0 calls open, bye']);
} finally {
  supervisor.kill('SIGTERM');
  services.close();
  services.closeAllConnections();
  cacheServer.close();
}
const sorted = [...issues.values()].sort((a, b) => b.count - a.count);
console.log(JSON.stringify({ records, issues: sorted }, null, 4));
