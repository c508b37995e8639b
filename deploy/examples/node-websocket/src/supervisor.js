'use strict';

// Keeps the gateway running: starts server.js and starts it again when it dies.

const { spawn } = require('node:child_process');
const path = require('node:path');

let stopping = false;
let server;

function start() {
  server = spawn(process.execPath, [path.join(__dirname, 'server.js')], { stdio: 'inherit' });
  server.on('exit', (code, signal) => {
    if (stopping) {
      process.exit(0);
    }
    console.log(`[supervisor] server.js ended with ${signal ?? `code ${code}`}, starting it again`);
    start();
  });
}

process.on('SIGTERM', () => {
  stopping = true;
  server.kill('SIGTERM');
});

start();
