// Live events, as a page hears them: the client `ws` with the cookie and the origin of a browser.
// Called by `live.rs` with the folder of the packages, the address, and who signs in.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [packages, address, email, password] = process.argv.slice(2);
const WebSocket = createRequire(join(packages, 'package.json'))('ws');
const DEADLINE = 30_000;

const login = await fetch(`${address}/api/v1/session`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ email, password }),
});
assert.equal(login.status, 200, await login.text());
const cookie = login.headers.get('set-cookie').split(';')[0];
const session = await (await fetch(`${address}/api/v1/session`, { headers: { cookie } })).json();
const proof = { cookie, 'x-csrf-token': session.csrf };

const inTime = (event, emitter) => once(emitter, event, { signal: AbortSignal.timeout(DEADLINE) });

class Page {
  constructor(options = {}) {
    const url = `${address.replace('http', 'ws')}/api/v1/live`;
    this.socket = new WebSocket(url, { origin: address, headers: { cookie }, ...options });
    this.heard = [];
    this.socket.on('message', (data) => {
      this.heard.push(JSON.parse(data));
      this.socket.emit('heard');
    });
  }

  async open() {
    await inTime('open', this.socket);
    return this;
  }

  say(words) {
    this.socket.send(JSON.stringify(words));
  }

  async hear() {
    while (this.heard.length === 0) await inTime('heard', this.socket);
    return this.heard.shift();
  }

  async subscribe(after) {
    this.say({ type: 'subscribe', workspace: 'house', after });
    const told = await this.hear();
    assert.equal(told.type, 'subscribed');
  }

  async event(name) {
    for (;;) {
      const told = await this.hear();
      if (told.type === 'event' && told.body.name === name) return told;
    }
  }
}

async function happen(name) {
  const url = `${address}/api/v1/workspaces/house/uploads?name=${name}`;
  const answer = await fetch(url, { method: 'POST', headers: { ...proof, 'content-type': 'text/csv' }, body: '1,2\n' });
  assert.equal(answer.status, 201, await answer.text());
}

const checks = {
  async 'a page of another site is refused'() {
    const page = new Page({ origin: 'https://evil.example' });
    page.socket.on('error', () => {});
    const [, answer] = await inTime('unexpected-response', page.socket);
    assert.equal(answer.statusCode, 403);
    page.socket.terminate();
  },

  async 'a page that was cut off goes on where it was'() {
    const page = await new Page().open();
    await page.subscribe();
    await happen('page-1.csv');
    const { number } = await page.event('page-1.csv');
    page.socket.terminate();
    await happen('page-2.csv');
    const again = await new Page().open();
    await again.subscribe(number);
    assert.equal((await again.hear()).body.name, 'page-2.csv');
    await happen('page-3.csv');
    assert.equal((await again.hear()).body.name, 'page-3.csv');
    again.socket.close(1000);
    assert.equal((await inTime('close', again.socket))[0], 1000);
  },

  async 'people at one pipeline see each other, until they leave'() {
    const document = 'towpath: 1\nname: seen\nnodes:\n  rows: { source: file, path: page-1.csv }\n';
    const made = await fetch(`${address}/api/v1/workspaces/house/pipelines`, { method: 'POST', headers: { ...proof, 'content-type': 'application/json' }, body: JSON.stringify({ document }) });
    assert.equal(made.status, 201, await made.clone().text());
    const { id } = await made.json();
    const presence = async (page, kind) => {
      for (;;) {
        const told = await page.hear();
        if (told.type === 'event' && told.kind === kind) return told;
      }
    };
    const roster = async (page) => {
      for (;;) {
        const told = await page.hear();
        if (told.type === 'roster' || told.type === 'problem') return told;
      }
    };
    const [one, other] = [await new Page().open(), await new Page().open()];
    await one.subscribe();
    await other.subscribe();
    one.say({ type: 'present', workspace: 'house', pipeline: 'seen', node: 'rows' });
    const { you } = await roster(one);
    const here = await presence(other, 'presence.here');
    assert.deepEqual([here.pipeline_id, here.body.client, here.body.node], [id, you, 'rows']);
    // Whoever comes later is told who is there.
    other.say({ type: 'present', workspace: 'house', pipeline: 'seen' });
    const { people } = await roster(other);
    assert.ok(people.some((person) => person.client === you && person.node === 'rows'), JSON.stringify(people));
    // A connection that breaks ends it as well as a farewell.
    one.socket.terminate();
    assert.equal((await presence(other, 'presence.left')).body.client, you);
    other.say({ type: 'present', workspace: 'house', pipeline: 'unseen' });
    assert.equal((await roster(other)).code, 'not_found');
    other.socket.terminate();
  },

  async 'compression is an offer that need not be taken'() {
    const page = await new Page({ perMessageDeflate: true }).open();
    assert.equal(page.socket.extensions, '');
    await page.subscribe();
    page.socket.close();
    assert.equal((await inTime('close', page.socket))[0], 1005);
  },

  async 'a ping between the pieces of a message is answered'() {
    const page = await new Page().open();
    page.socket.send('{"type":', { fin: false });
    page.socket.ping('between');
    const [payload] = await inTime('pong', page.socket);
    assert.equal(payload.toString(), 'between');
    page.socket.send('"ping"}', { fin: true });
    assert.deepEqual(await page.hear(), { type: 'pong' });
    page.socket.terminate();
  },

  async 'what is too long ends the stream and says so'() {
    const page = await new Page().open();
    page.socket.send('x'.repeat(64 * 1024 + 1));
    assert.equal((await inTime('close', page.socket))[0], 1009);
  },
};

for (const [name, check] of Object.entries(checks)) {
  const began = performance.now();
  await check();
  console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(2)} s`);
}
