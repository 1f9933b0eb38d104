// SPDX-License-Identifier: Apache-2.0
// Google's own storage client against weir-sandbox: what it can do there is what the sandbox promises.
import assert from 'node:assert/strict';
import { createHash, createSign, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Sandbox } from './sandbox.mjs';

const require = createRequire(`${process.env.WEIR_CLIENTS}/`);
const { IdempotencyStrategy, Storage } = require('@google-cloud/storage');
const { UserRefreshClient } = require('google-auth-library');

const kGrain = 256 * 1024;

function storageOf(sandbox, options = {}) {
  return new Storage({
    projectId: 'sandbox',
    apiEndpoint: sandbox.url,
    retryOptions: { retryDelayMultiplier: 1, maxRetryDelay: 1, totalTimeout: 20,
                    idempotencyStrategy: IdempotencyStrategy.RetryAlways },
    ...options,
  });
}

async function failure(promise) {
  const error = await promise.then(() => assert.fail('it was carried out'), (reason) => reason);
  return { code: Number(error.response?.status ?? error.code), reason: error.errors?.[0]?.reason };
}

async function read(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('the storage client of Google', () => {
  let sandbox;
  let storage;
  let bucket;

  before(async () => {
    sandbox = await Sandbox.start('--rewrite-bytes', String(1024 * 1024));
    storage = storageOf(sandbox);
    [bucket] = await storage.createBucket('exports');
  });
  after(() => sandbox.stop());

  it('uploads in one request and downloads with checksums compared', async () => {
    const file = bucket.file('simple/a.csv');
    await file.save('one,two\n', { resumable: false, contentType: 'text/csv', validation: 'md5',
                                   metadata: { metadata: { rows: '1' } } });
    const [metadata] = await file.getMetadata();
    assert.equal(metadata.md5Hash, createHash('md5').update('one,two\n').digest('base64'));
    assert.equal(metadata.contentType, 'text/csv');
    assert.equal(metadata.metadata.rows, '1');
    assert.equal(Number(metadata.size), 8);
    assert.equal(String(metadata.metageneration), '1');
    const [content] = await file.download({ validation: 'crc32c' });
    assert.equal(content.toString(), 'one,two\n');
  });

  it('uploads resumably, in chunks and at once, with checksums compared', async () => {
    const bytes = randomBytes(3 * kGrain + 17);
    for (const chunkSize of [undefined, kGrain]) {
      const file = bucket.file(`resumable/${chunkSize}`);
      await file.save(bytes, { resumable: true, chunkSize, validation: 'crc32c' });
      assert.ok((await file.download({ validation: 'crc32c' }))[0].equals(bytes));
    }
  });

  it('uploads empty objects both ways', async () => {
    for (const resumable of [false, true]) {
      const file = bucket.file(`empty/${resumable}`);
      await file.save('', { resumable });
      assert.equal((await file.download())[0].length, 0);
    }
  });

  it('goes on with a resumable upload after a server error', async () => {
    const bytes = randomBytes(3 * kGrain + 5);
    await sandbox.fault({ method: 'PUT', action: 'status', status: 503, skip: 1 });
    const file = bucket.file('resumed');
    await file.save(bytes, { resumable: true, chunkSize: kGrain, validation: 'crc32c' });
    assert.ok((await file.download())[0].equals(bytes));
    assert.ok((await sandbox.requests()).some((request) => /^PUT .* 503$/.test(request)));
  });

  it('resumes an upload by its address, told by 308 how far it came', async () => {
    const file = bucket.file('by-address');
    const [address] = await file.createResumableUpload();
    const put = (range, body) => fetch(address, { method: 'PUT', body, headers: { 'Content-Range': range } });
    const first = await put('bytes 0-299999/*', Buffer.alloc(300000, 'a'));
    assert.equal(first.status, 308);
    assert.equal(first.headers.get('range'), `bytes=0-${kGrain - 1}`);
    assert.equal((await put(`bytes 300000-300009/300010`, Buffer.alloc(10))).status, 400);
    const asked = await put('bytes */*', undefined);
    assert.equal(asked.headers.get('range'), `bytes=0-${kGrain - 1}`);
    const last = await put(`bytes ${kGrain}-299999/300000`, Buffer.alloc(300000 - kGrain, 'b'));
    assert.equal(last.status, 200);
    assert.equal((await last.json()).size, '300000');
    assert.equal((await put('bytes */300000', undefined)).status, 200);
    const [content] = await file.download();
    assert.equal(content.toString().indexOf('b'), kGrain);
  });

  it('forgets an upload that is cancelled', async () => {
    const [address] = await bucket.file('cancelled').createResumableUpload();
    assert.equal((await fetch(address, { method: 'DELETE' })).status, 499);
    const answer = await fetch(address, { method: 'PUT', headers: { 'Content-Range': 'bytes */*' } });
    assert.equal(answer.status, 410);
    assert.equal((await bucket.file('cancelled').exists())[0], false);
  });

  it('reads ranges', async () => {
    const file = bucket.file('ranges');
    await file.save('0123456789', { resumable: false });
    assert.equal((await read(file.createReadStream({ start: 2, end: 4 }))).toString(), '234');
    assert.equal((await read(file.createReadStream({ start: 8 }))).toString(), '89');
    assert.equal((await read(file.createReadStream({ end: -3 }))).toString(), '789');
    const error = await failure(read(file.createReadStream({ start: 100 })));
    assert.equal(error.code, 416);
  });

  it('lists by pages, prefixes, delimiters and offsets', async () => {
    await Promise.all([...Array(25).keys()].map((i) =>
      bucket.file(`list/${String(i).padStart(2, '0')}`).save('x', { resumable: false })));
    const names = [];
    let pages = 0;
    for (let query = { prefix: 'list/', maxResults: 10, autoPaginate: false }; query; ++pages) {
      const [files, next] = await bucket.getFiles(query);
      names.push(...files.map((file) => file.name));
      query = next;
    }
    assert.equal(pages, 3);
    assert.deepEqual(names, [...Array(25).keys()].map((i) => `list/${String(i).padStart(2, '0')}`));
    const [from] = await bucket.getFiles({ prefix: 'list/', startOffset: 'list/20', endOffset: 'list/23' });
    assert.deepEqual(from.map((file) => file.name), ['list/20', 'list/21', 'list/22']);
    const [, , folders] = await bucket.getFiles({ delimiter: '/', prefix: 'li', autoPaginate: false });
    assert.deepEqual(folders.prefixes, ['list/']);
    assert.equal(folders.items, undefined);
    assert.equal((await failure(bucket.getFiles({ pageToken: 'made up', autoPaginate: false }))).code, 400);
  });

  it('keeps every name as it is', async () => {
    const names = ['s/a b', 's/a+b', 's/ünï-日本', 's/p|q', 's/a&b=1?c#d%41', `s/q'"<>`, 's//dd//', 's/dir/',
                   's/%2F', 's/../up'];
    for (const name of names) {
      await bucket.file(name).save(name, { resumable: false });
      assert.equal((await bucket.file(name).download())[0].toString(), name);
    }
    const [files] = await bucket.getFiles({ prefix: 's/' });
    const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    assert.deepEqual(files.map((file) => file.name), [...names].sort(byBytes));
  });

  it('heeds preconditions', async () => {
    const file = bucket.file('conditional');
    const only = (ifGenerationMatch) => ({ resumable: false, preconditionOpts: { ifGenerationMatch } });
    await file.save('1', only(0));
    assert.deepEqual(await failure(file.save('2', only(0))), { code: 412, reason: 'conditionNotMet' });
    const [{ generation }] = await file.getMetadata();
    await file.save('2', only(generation));
    assert.equal((await failure(file.save('3', only(generation)))).code, 412);
    const large = { resumable: true, preconditionOpts: { ifGenerationMatch: 0 } };
    assert.equal((await failure(file.save('3', large))).code, 412);
    assert.equal((await failure(bucket.file('conditional', { generation }).getMetadata())).code, 404);
    assert.equal((await failure(file.delete({ ifGenerationMatch: generation }))).code, 412);
    assert.equal((await file.download())[0].toString(), '2');
  });

  it('copies in several steps, composes, changes metadata', async () => {
    const bytes = randomBytes(2.5 * 1024 * 1024);
    await bucket.file('from').save(bytes, { resumable: false, contentType: 'text/plain' });
    await bucket.file('from').copy(bucket.file('to'));
    assert.ok((await sandbox.requests()).some((request) => request.includes('rewriteToken=')));
    assert.ok((await bucket.file('to').download())[0].equals(bytes));
    assert.equal((await bucket.file('to').getMetadata())[0].contentType, 'text/plain');
    await bucket.file('half').save('hello', { resumable: false });
    await bucket.combine([bucket.file('half'), bucket.file('half')], bucket.file('whole'));
    assert.equal((await bucket.file('whole').download())[0].toString(), 'hellohello');
    await bucket.file('half').setMetadata({ metadata: { seen: 'yes' } });
    const [metadata] = await bucket.file('half').getMetadata();
    assert.equal(metadata.metadata.seen, 'yes');
    assert.equal(String(metadata.metageneration), '2');
  });

  it('deletes, and tells what is missing', async () => {
    const file = bucket.file('gone');
    await file.save('x', { resumable: false });
    await file.delete();
    assert.deepEqual(await failure(file.delete()), { code: 404, reason: 'notFound' });
    assert.equal((await failure(file.download())).code, 404);
    assert.equal((await failure(bucket.file('from').copy(storage.bucket('nowhere').file('x')))).code, 404);
    assert.equal((await storage.bucket('nowhere').exists())[0], false);
    assert.deepEqual(await failure(storage.createBucket('exports')), { code: 409, reason: 'conflict' });
    assert.deepEqual(await failure(bucket.delete()), { code: 409, reason: 'conflict' });
    assert.equal((await failure(storage.createBucket('No Bucket'))).code, 400);
  });

  it('stores nothing that does not have the announced checksum', async () => {
    const wrong = { metadata: { md5Hash: Buffer.alloc(16).toString('base64') }, resumable: false };
    assert.equal((await failure(bucket.file('wrong').save('abc', wrong))).code, 400);
    assert.equal((await bucket.file('wrong').exists())[0], false);
  });

  it('serves many clients at once', async () => {
    await Promise.all([...Array(64).keys()].map(async (i) => {
      await bucket.file(`many/${i}`).save(Buffer.alloc(65536, i), { resumable: false });
      assert.equal((await bucket.file(`many/${i}`).download())[0][65535], i);
    }));
  });

  it('repeats by itself what the sandbox was told to fail', async () => {
    await sandbox.fault({ match: '/b/exports/o/from', action: 'status', status: 503, times: 2 });
    await storageOf(sandbox).bucket('exports').file('from').getMetadata();
  });
});

describe('tokens', () => {
  let sandbox;
  before(async () => {
    sandbox = await Sandbox.start('--token-check', '--bucket', 'exports', '--token-seconds', '600');
  });
  after(() => sandbox.stop());

  it('are refused to nobody known', async () => {
    const storage = storageOf(sandbox);
    assert.equal((await failure(storage.bucket('exports').getFiles())).code, 401);
  });

  it('are given to a login, which the client renews by itself', async () => {
    const client = new UserRefreshClient({
      clientId: 'id', clientSecret: 'secret', refreshToken: 'sandbox-refresh-token',
      endpoints: { oauth2TokenUrl: `${sandbox.url}/token` },
    });
    const storage = storageOf(sandbox, { authClient: client, useAuthWithCustomEndpoint: true });
    await storage.bucket('exports').file('a').save('x', { resumable: false });
    assert.equal((await storage.bucket('exports').file('a').download())[0].toString(), 'x');
    assert.ok((await sandbox.requests()).some((request) => request === 'POST /token 200'));
  });

  it('are given for a claim that the key has signed, and for no other', async () => {
    const account = await (await fetch(`${sandbox.url}/_service_account`)).json();
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const ask = async (change) => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: account.client_email, scope: 'https://www.googleapis.com/auth/devstorage.read_write',
                       aud: account.token_uri, iat: now, exp: now + 3600, ...change };
      const text = `${encode({ alg: 'RS256', typ: 'JWT', kid: account.private_key_id })}.${encode(claims)}`;
      const signature = createSign('RSA-SHA256').update(text).sign(account.private_key, 'base64url');
      const answer = await fetch(account.token_uri, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
                                    assertion: `${text}.${signature}` }),
      });
      return answer.json();
    };
    const { access_token: token, expires_in: seconds } = await ask({});
    assert.equal(seconds, 600);
    const list = (bearer) => fetch(`${sandbox.url}/storage/v1/b/exports/o`,
                                   { headers: { Authorization: `Bearer ${bearer}` } });
    assert.equal((await list(token)).status, 200);
    assert.equal((await list('made-up')).status, 401);
    assert.equal((await ask({ aud: 'https://elsewhere' })).error, 'invalid_grant');
    assert.equal((await ask({ exp: 1 })).error, 'invalid_grant');
    assert.equal((await ask({ iss: 'somebody@else' })).error, 'invalid_grant');
  });
});

describe('a folder', () => {
  it('keeps objects between runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weir-sandbox-'));
    try {
      let sandbox = await Sandbox.start('--folder', folder, '--bucket', 'exports');
      const bytes = randomBytes(700_000);
      await storageOf(sandbox).bucket('exports').file('old').save('old', { resumable: false });
      await storageOf(sandbox).bucket('exports').file('a/b').save('first', { resumable: false });
      await storageOf(sandbox).bucket('exports').file('a/b').save(bytes, { resumable: true });
      await storageOf(sandbox).bucket('exports').file('old').delete();
      await sandbox.stop();
      sandbox = await Sandbox.start('--folder', folder, '--bucket', 'exports');
      const [files] = await storageOf(sandbox).bucket('exports').getFiles();
      assert.deepEqual(files.map((file) => file.name), ['a/b']);
      assert.ok((await files[0].download({ validation: 'crc32c' }))[0].equals(bytes));
      await sandbox.stop();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
