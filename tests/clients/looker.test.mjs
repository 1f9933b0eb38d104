// SPDX-License-Identifier: Apache-2.0
// Looker's own TypeScript SDK against weir-sandbox: what it can do there is what the sandbox promises.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';

import { Sandbox } from './sandbox.mjs';

const require = createRequire(`${process.env.WEIR_CLIENTS}/`);
const { LookerNodeSDK, NodeSettingsIniFile } = require('@looker/sdk-node');
const { DelimArray } = require('@looker/sdk-rtl');

const folder = mkdtempSync(join(tmpdir(), 'weir-looker-'));

const kHistory = {
  model: 'system__activity',
  view: 'history',
  fields: ['history.id', 'history.created_time', 'history.status', 'history.cache', 'user.email'],
  filters: { 'history.created_time': '2024-05-13 00:00:00 to 2024-05-14 00:00:00' },
  sorts: ['history.created_time', 'history.id'],
  limit: '50000',
  query_timezone: 'UTC',
};

/// As its own program reads the looker.ini that `weir-sandbox looker-ini` writes.
function clientOf(sandbox, secret = 'sandbox-secret') {
  const ini = execFileSync(process.env.WEIR_SANDBOX, ['looker-ini', '--port', new URL(sandbox.url).port], { encoding: 'utf8' });
  const file = join(folder, `${secret}.ini`);
  writeFileSync(file, ini.replace('sandbox-secret', secret));
  return LookerNodeSDK.init40(new NodeSettingsIniFile('NO_SUCH_VARIABLES', file));
}

async function failure(promise) {
  const answer = await promise;
  assert.equal(answer.ok, false);
  return answer.error;
}

describe("Looker's SDK", () => {
  let sandbox;
  let sdk;

  before(async () => {
    sandbox = await Sandbox.start('--looker-now', '2024-05-14T10:00:00Z', '--looker-task-milliseconds', '40');
    sdk = clientOf(sandbox);
  });
  beforeEach(() => fetch(`${sandbox.url}/_looker/requests`, { method: 'DELETE' }));
  after(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  });

  const rows = async (changes = {}, format = 'json') =>
    sdk.ok(sdk.run_inline_query({ result_format: format, body: { ...kHistory, ...changes }, cache: false }));
  const asked = async () => (await fetch(`${sandbox.url}/_looker/requests`)).json();

  it('logs in with a form, and out', async () => {
    const other = clientOf(sandbox);
    assert.equal((await other.ok(other.session())).workspace_id, 'production');
    const [login, session] = await asked();
    assert.deepEqual(login.body, { client_id: 'sandbox', client_secret: '…' });
    assert.deepEqual([session.path, session.headers.authorization], ['/api/4.0/session', 'Bearer …']);
    const open = async () => (await (await fetch(`${sandbox.url}/_looker/sessions`)).json()).open;
    const before = await open();
    assert.equal(await other.authSession.logout(), true);
    assert.equal(await open(), before - 1);
  });

  it('is refused with a wrong secret, as if nothing were there', async () => {
    const stranger = clientOf(sandbox, 'guessed');
    await assert.rejects(stranger.ok(stranger.session()));
    assert.equal((await asked())[0].status, 404);
  });

  it('finds System Activity only among the internal models', async () => {
    const names = async (request) => (await sdk.ok(sdk.all_lookml_models(request))).map((model) => model.name);
    assert.deepEqual(await names({}), ['thelook']);
    assert.deepEqual(await names({ include_internal: true }), ['system__activity', 'thelook']);
    const [model] = await sdk.ok(sdk.all_lookml_models({ include_internal: true, fields: 'name,explores' }));
    assert.deepEqual(Object.keys(model).sort(), ['explores', 'name']);
    assert.ok(model.explores.some((explore) => explore.name === 'content_usage'));
  });

  it('describes the fields of an explore', async () => {
    const request = { lookml_model_name: 'system__activity', explore_name: 'history', fields: 'id,fields' };
    const explore = await sdk.ok(sdk.lookml_model_explore(request));
    assert.equal(explore.id, 'system__activity::history');
    const field = (name) => explore.fields.dimensions.find((dimension) => dimension.name === name);
    assert.equal(field('history.id').primary_key, true);
    assert.equal(field('history.created_time').type, 'date_time');
    assert.equal(field('history.created_time').label, 'History Created Time');
    assert.equal(field('history.cache').type, 'yesno');
    assert.equal(field('user.role_id').hidden, true);
    assert.ok(explore.fields.measures.some((measure) => measure.name === 'history.count'));
    const unknown = await failure(sdk.lookml_model_explore({ ...request, explore_name: 'nope' }));
    assert.equal(unknown.message, 'Not found');
  });

  it('reads rows as JSON and the same as CSV, whose header has labels', async () => {
    const objects = await rows();
    assert.ok(objects.length > 20);
    assert.deepEqual(Object.keys(objects[0]), kHistory.fields);
    assert.ok(objects.every((row) => row['history.created_time'].startsWith('2024-05-13 ')));
    assert.deepEqual([...new Set(objects.map((row) => row['history.cache']))].sort(), ['No', 'Yes']);
    const lines = (await rows({}, 'csv')).trimEnd().split('\n');
    assert.equal(lines[0], 'History ID,History Created Time,History Status,History Cache (Yes / No),User Email');
    assert.deepEqual(lines.slice(1), objects.map((row) => Object.values(row).join(',')));
    assert.deepEqual((await rows({}, 'json_bi')).rows.map((row) => row['history.id'].value),
                     objects.map((row) => row['history.id']));
  });

  it('cuts at the limit and says nothing about it', async () => {
    assert.equal((await rows({ limit: '7' })).length, 7);
    assert.equal((await rows({ limit: null, filters: {} })).length, 5000);
    assert.ok((await rows({ limit: '-1', filters: {} })).length > 19000);
  });

  it('runs saved queries, of which equal ones are one', async () => {
    const query = await sdk.ok(sdk.create_query(kHistory));
    assert.equal((await sdk.ok(sdk.create_query({ ...kHistory }))).id, query.id);
    assert.notEqual((await sdk.ok(sdk.create_query({ ...kHistory, limit: '3' }))).id, query.id);
    assert.deepEqual(await sdk.ok(sdk.run_query({ query_id: query.id, result_format: 'json' })), await rows());
    assert.equal((await sdk.ok(sdk.query(query.id))).view, 'history');
    assert.equal((await sdk.ok(sdk.run_query({ query_id: query.id, result_format: 'json', limit: 2 }))).length, 2);
    const look = await sdk.ok(sdk.run_look({ look_id: '3', result_format: 'json' }));
    assert.ok('history.id' in look[0]);
  });

  it('waits for asynchronous queries', async () => {
    const query = await sdk.ok(sdk.create_query(kHistory));
    const task = await sdk.ok(sdk.create_query_task({ body: { query_id: query.id, result_format: 'json' } }));
    assert.equal(task.status, 'added');
    let state = task;
    while (state.status !== 'complete') state = await sdk.ok(sdk.query_task(task.id));
    assert.deepEqual(await sdk.ok(sdk.query_task_results(task.id)), await rows());
    const both = await sdk.ok(sdk.query_task_multi_results(new DelimArray([task.id, 'nobodys'])));
    assert.deepEqual([both[task.id].status, both.nobodys.status], ['complete', 'missing']);
    const other = await sdk.ok(sdk.create_query_task({ body: { query_id: query.id, result_format: 'csv' } }));
    await sdk.ok(sdk.kill_query(other.id));
    assert.equal((await sdk.ok(sdk.query_task(other.id))).status, 'killed');
  });

  it('tells all that is wrong with a query at once', async () => {
    const wrong = { ...kHistory, fields: ['history.id', 'history.nope'], filters: { 'history.id': 'many' },
                    query_timezone: 'Mars/Olympus' };
    const error = await failure(sdk.run_inline_query({ result_format: 'json', body: wrong }));
    assert.equal(error.message, 'Validation Failed');
    assert.deepEqual(error.errors.map((problem) => problem.field), ['query_timezone', 'fields', 'filters']);
    assert.equal((await failure(sdk.run_inline_query({ result_format: 'json', body: { ...kHistory, model: 'x' } })))
      .message, 'Not found');
  });

  it('fails in the ways that tests order', async () => {
    const ask = () => sdk.run_inline_query({ result_format: 'json', body: kHistory }, { maxTries: 1 });
    await sandbox.fault({ match: '/run/', status: 429, retry_after: 1 });
    assert.equal((await failure(ask())).message, 'The sandbox was told to fail.');
    await sandbox.fault({ match: '/run/', status: 502 });
    assert.match((await failure(ask())).message, /Bad Gateway/);
    await sandbox.fault({ match: '/run/', action: 'looker_error', after_rows: 3, message: 'SQL Error: gone' });
    const answer = await sdk.ok(ask());
    assert.equal(answer.length, 4);
    assert.deepEqual(answer[3], { looker_error: 'SQL Error: gone' });
    await sandbox.fault({ match: '/run/', action: 'cut', after_bytes: 500 });
    await failure(ask());
    await sandbox.fault({ match: '/run/', action: 'truncate', after_bytes: 100 });
    await failure(ask());
    await sandbox.fault({ match: '/run/', action: 'stall', after_bytes: 200, milliseconds: 30 });
    assert.ok((await sdk.ok(ask())).length > 20);
    await sandbox.fault({ match: '/run/', action: 'expire_tokens' });
    assert.equal((await failure(ask())).message, 'Requires authentication.');
    sdk = clientOf(sandbox);
    assert.ok((await sdk.ok(ask())).length > 20);
  });
});
