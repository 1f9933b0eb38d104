// SPDX-License-Identifier: Apache-2.0
// Starts the real weir-sandbox for a test file, on a free port, and stops it by its process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export class Sandbox {
  static async start(...options) {
    const child = spawn(process.env.WEIR_SANDBOX, ['--port', '0', ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(child.stdout), 'line');
    return new Sandbox(child, line.match(/http:\S+/)[0]);
  }

  constructor(child, url) {
    this.child = child;
    this.url = url;
  }

  async stop() {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new Error(`weir-sandbox ended with ${code}`);
  }

  async fault(fault) {
    await fetch(`${this.url}/_fault`, { method: 'POST', body: JSON.stringify(fault) });
  }

  async requests() {
    return (await fetch(`${this.url}/_requests`)).json();
  }
}
