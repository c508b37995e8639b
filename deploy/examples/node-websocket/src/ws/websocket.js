'use strict';

const { createHash } = require('node:crypto');
const { EventEmitter } = require('node:events');

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 0x1;
const CLOSE = 0x8;

/** As much of RFC 6455 as the carrier's media stream needs: whole, masked text frames. */
class WebSocket extends EventEmitter {
  constructor(socket) {
    super();
    this.socket = socket;
    this.buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('close', () => this.emit('close'));
    socket.on('error', (err) => console.error('[ws] socket error:', err.message));
  }

  receive(chunk) {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (let frame = this.nextFrame(); frame; frame = this.nextFrame()) {
      if (frame.opcode === TEXT) {
        this.emit('message', frame.payload.toString('utf8'));
      } else if (frame.opcode === CLOSE) {
        this.socket.end();
      }
    }
  }

  nextFrame() {
    if (this.buffer.length < 6) {
      return null;
    }
    let [length, start] = [this.buffer[1] & 0x7f, 2];
    if (length === 126) {
      [length, start] = [this.buffer.readUInt16BE(2), 4];
    }
    const end = start + 4 + length;
    if (this.buffer.length < end) {
      return null;
    }
    const mask = this.buffer.subarray(start, start + 4);
    const payload = Buffer.from(this.buffer.subarray(start + 4, end).map((byte, i) => byte ^ mask[i % 4]));
    const opcode = this.buffer[0] & 0x0f;
    this.buffer = this.buffer.subarray(end);
    return { opcode, payload };
  }

  send(text) {
    this.write(TEXT, Buffer.from(text));
  }

  close() {
    this.write(CLOSE, Buffer.alloc(0));
    this.socket.end();
  }

  write(opcode, payload) {
    const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
    this.socket.write(Buffer.concat([Buffer.from([0x80 | opcode, ...length]), payload]));
  }
}

function acceptWebSocket(request, socket) {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + GUID).digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  return new WebSocket(socket);
}

module.exports = { WebSocket, acceptWebSocket };
