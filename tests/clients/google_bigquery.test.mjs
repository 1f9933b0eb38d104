// SPDX-License-Identifier: Apache-2.0
// Google's own BigQuery client against weir-sandbox, and every request and answer held against Google's
// description of the API.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { DescribedProxy, Description } from './description.mjs';
import { Sandbox } from './sandbox.mjs';

const require = createRequire(`${process.env.WEIR_CLIENTS}/`);
const { BigQuery } = require('@google-cloud/bigquery');
const { Storage } = require('@google-cloud/storage');
const { OAuth2Client } = require('google-auth-library');

const kSchema = { fields: [{ name: 'id', type: 'INTEGER', mode: 'REQUIRED' }, { name: 'name', type: 'STRING' }] };

function bigqueryOf(url, token = 'any', options = {}) {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
  return new BigQuery({ projectId: 'sandbox', apiEndpoint: url, authClient, autoRetry: false, maxRetries: 0, ...options });
}

async function failure(promise) {
  const error = await promise.then(() => assert.fail('it was carried out'), (reason) => reason);
  return { code: Number(error.code), reason: error.errors?.[0]?.reason, message: error.errors?.[0]?.message ?? error.message, errors: error.errors };
}

describe('the BigQuery client of Google', () => {
  let sandbox;
  let proxy;
  let bigquery;
  let dataset;
  let storage;
  let folder;

  const file = async (name, content) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const rows = async (query, options = {}) => (await bigquery.query({ query, ...options }))[0];
  /// A job of the client when it is done, asked for more often than the client would.
  const finish = async (begun) => {
    const [job] = await begun;
    job.pollIntervalMs = 5;
    await job.promise();
    return [job.metadata];
  };
  const load = (table, source, options) => finish(table.createLoadJob(source, options));
  const extract = (table, to, options) => finish(table.createExtractJob(to, options));
  const copy = (table, to, options) => finish(table.createCopyJob(to, options));
  const post = (path, body) => fetch(`${sandbox.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const insertJob = async (id, configuration) => {
    const [, answer] = await bigquery.createJob({ jobId: id, configuration });
    return answer;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weir-bigquery-'));
    sandbox = await Sandbox.start('--bucket', 'exports', '--dataset', 'made_before@EU', '--extract-bytes', '30', '--loads-per-table', '8');
    proxy = await DescribedProxy.start(sandbox.url, Description.read(`${process.env.WEIR_CLIENTS}/bigquery.json`));
    bigquery = bigqueryOf(proxy.url);
    storage = new Storage({ projectId: 'sandbox', apiEndpoint: sandbox.url });
    [dataset] = await bigquery.createDataset('analytics');
  });
  after(async () => {
    await proxy.stop();
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });

  it('makes, lists and changes datasets', async () => {
    const [datasets] = await bigquery.getDatasets();
    assert.deepEqual(datasets.map((found) => [found.id, found.location]), [['analytics', 'US'], ['made_before', 'EU']]);
    assert.equal((await failure(bigquery.createDataset('analytics'))).reason, 'duplicate');
    assert.equal((await failure(bigquery.createDataset('no-dashes'))).reason, 'invalid');
    await dataset.setMetadata({ description: 'usage' });
    assert.equal((await dataset.getMetadata())[0].description, 'usage');
    assert.deepEqual(await bigquery.dataset('nowhere').exists(), [false]);
  });

  it('makes tables, adds columns to them, relaxes them, and does no more', async () => {
    const [table] = await dataset.createTable('made', { schema: kSchema, timePartitioning: { type: 'DAY' }, labels: { team: 'a' } });
    const [metadata] = await table.getMetadata();
    assert.deepEqual(metadata.schema, { fields: [{ name: 'id', type: 'INTEGER', mode: 'REQUIRED' }, { name: 'name', type: 'STRING', mode: 'NULLABLE' }] });
    assert.deepEqual([metadata.numRows, metadata.labels, metadata.timePartitioning, metadata.type], ['0', { team: 'a' }, { type: 'DAY' }, 'TABLE']);
    const wider = [{ name: 'id', type: 'INT64' }, { name: 'name', type: 'STRING' }, { name: 'tags', type: 'STRING', mode: 'REPEATED' }];
    await table.setMetadata({ schema: { fields: wider } });
    assert.deepEqual((await table.getMetadata())[0].schema.fields.map((field) => field.mode), ['NULLABLE', 'NULLABLE', 'REPEATED']);
    const narrower = await failure(table.setMetadata({ schema: { fields: wider.slice(1) } }));
    assert.match(narrower.message, /Field id is missing in new schema/);
    const other = await failure(table.setMetadata({ schema: { fields: [{ name: 'id', type: 'STRING' }, ...wider.slice(1)] } }));
    assert.match(other.message, /has changed type from INTEGER to STRING/);
    assert.equal((await failure(dataset.createTable('made', { schema: kSchema }))).code, 409);
    assert.deepEqual((await dataset.getTables())[0].map((found) => found.id), ['made']);
    await table.delete();
    assert.equal((await failure(table.getMetadata())).code, 404);
  });

  it('loads a file by upload and reads typed rows page by page', async () => {
    const fields = [{ name: 'id', type: 'INTEGER' }, { name: 'x', type: 'FLOAT' }, { name: 'n', type: 'NUMERIC' },
                    { name: 'ok', type: 'BOOLEAN' }, { name: 'bytes', type: 'BYTES' }, { name: 'day', type: 'DATE' },
                    { name: 'clock', type: 'TIME' }, { name: 'local', type: 'DATETIME' }, { name: 'at', type: 'TIMESTAMP' },
                    { name: 'doc', type: 'JSON' }, { name: 'list', type: 'STRING', mode: 'REPEATED' },
                    { name: 'rec', type: 'RECORD', fields: [{ name: 'n', type: 'INTEGER' }, { name: 'at', type: 'TIMESTAMP', mode: 'REPEATED' }] }];
    const line = { id: '9007199254740993', x: 1.5, n: '12.30', ok: true, bytes: 'AP8=', day: '2024-02-29', clock: '09:15:02.5',
                   local: '2024-03-07 09:15:02.250000', at: '2024-03-07T10:15:02.123456+01:00', doc: { a: [1] }, list: ['a', 'b'],
                   rec: { n: 7, at: ['2024-01-01 00:00:00Z'] } };
    const content = `${JSON.stringify(line)}\n${JSON.stringify({ id: 2, x: 'NaN', list: null })}\n`;
    const [job] = await load(dataset.table('typed'), await file('typed.json', content),
      { sourceFormat: 'NEWLINE_DELIMITED_JSON', schema: { fields } });
    assert.deepEqual([job.status.state, job.statistics.load.outputRows, job.statistics.load.badRecords], ['DONE', '2', '0']);
    const [first, next] = await dataset.table('typed').getRows({ maxResults: 1, autoPaginate: false, wrapIntegers: true });
    assert.equal(first.length, 1);
    const [row] = first;
    assert.equal(row.id.value, '9007199254740993');
    assert.deepEqual([row.x, row.n.toString(), row.ok, row.bytes.toString('hex')], [1.5, '12.3', true, '00ff']);
    assert.deepEqual([row.day.value, row.clock.value, row.local.value], ['2024-02-29', '09:15:02.5', '2024-03-07T09:15:02.25']);
    assert.equal(row.at.value, '2024-03-07T09:15:02.123456000Z');
    assert.deepEqual([JSON.parse(row.doc), row.list], [{ a: [1] }, ['a', 'b']]);
    assert.equal(row.rec.at[0].value, '2024-01-01T00:00:00.000Z');
    const [second, end] = await dataset.table('typed').getRows(next);
    assert.deepEqual([second.length, second[0].x, second[0].list, second[0].rec, end ?? null], [1, NaN, [], null, null]);
    const raw = await (await fetch(`${proxy.url}/bigquery/v2/projects/sandbox/datasets/analytics/tables/typed/data?selectedFields=at,id&maxResults=1`)).json();
    assert.deepEqual(raw.rows, [{ f: [{ v: '9007199254740993' }, { v: '1.709802902123456E9' }] }]);
  });

  it('loads gzip and plain files from the storage, in CSV, JSON and Parquet', async () => {
    await storage.bucket('exports').file('in/a.csv').save('id|name\n1|-\n2|"x ""y"""\n', { resumable: false });
    await storage.bucket('exports').file('in/b.csv').save('id|name\n3|z\n', { resumable: false, gzip: true });
    const table = dataset.table('from_storage');
    const csv = { sourceFormat: 'CSV', fieldDelimiter: '|', nullMarker: '-', skipLeadingRows: 1, schema: kSchema };
    const [job] = await load(table, storage.bucket('exports').file('in/*.csv'), csv);
    assert.equal(job.statistics.load.inputFiles, '2');
    assert.deepEqual(await rows('SELECT * FROM analytics.from_storage ORDER BY id'),
      [{ id: 1, name: null }, { id: 2, name: 'x "y"' }, { id: 3, name: 'z' }]);
    await extract(table, storage.bucket('exports').file('out/x.parquet'), { format: 'PARQUET' });
    await load(dataset.table('from_parquet'), storage.bucket('exports').file('out/x.parquet'), { sourceFormat: 'PARQUET' });
    assert.deepEqual(await rows('SELECT COUNT(*) AS n, MAX(id) AS newest FROM analytics.from_parquet'), [{ n: 3, newest: 3 }]);
  });

  it('extracts to several objects, which hold what the table holds', async () => {
    await load(dataset.table('plain'), await file('p.csv', '1,a\n2,"b,c"\n3,\n'), { schema: kSchema });
    const bucket = storage.bucket('exports');
    await extract(dataset.table('plain'), bucket.file('many/p-*.json.gz'), { format: 'JSON', gzip: true });
    const [files] = await bucket.getFiles({ prefix: 'many/' });
    assert.deepEqual(files.map((found) => found.name), ['many/p-000000000000.json.gz', 'many/p-000000000001.json.gz']);
    const texts = await Promise.all(files.map(async (found) => gunzipSync((await found.download())[0]).toString()));
    assert.equal(texts.join(''), '{"id":"1","name":"a"}\n{"id":"2","name":"b,c"}\n{"id":"3"}\n');
    await extract(dataset.table('plain'), bucket.file('one.csv'), { format: 'CSV' });
    assert.equal((await bucket.file('one.csv').download())[0].toString(), 'id,name\n1,a\n2,"b,c"\n3,\n');
  });

  it('heeds dispositions, partitions and updates of the schema', async () => {
    const table = dataset.table('disposed');
    const add = (content, options) => file('d.json', content).then((path) => load(table, path,
      { sourceFormat: 'NEWLINE_DELIMITED_JSON', schema: kSchema, ...options }));
    assert.equal((await failure(add('{"id":1}', { createDisposition: 'CREATE_NEVER' }))).reason, 'notFound');
    await add('{"id":1}\n');
    await add('{"id":2}\n', { writeDisposition: 'WRITE_APPEND' });
    assert.equal((await failure(add('{"id":3}', { writeDisposition: 'WRITE_EMPTY' }))).reason, 'duplicate');
    assert.deepEqual(await rows('SELECT id FROM analytics.disposed ORDER BY id'), [{ id: 1 }, { id: 2 }]);
    const wider = { fields: [...kSchema.fields, { name: 'more', type: 'FLOAT' }] };
    assert.match((await failure(add('{"id":4}', { schema: wider }))).message, /Cannot add fields \(field: more\)/);
    await add('{"id":4,"more":0.5}', { schema: wider, schemaUpdateOptions: ['ALLOW_FIELD_ADDITION'] });
    assert.deepEqual(await rows('SELECT more FROM analytics.disposed ORDER BY id'), [{ more: null }, { more: null }, { more: 0.5 }]);
    await add('{"id":9}', { writeDisposition: 'WRITE_TRUNCATE' });
    assert.deepEqual(await rows('SELECT * FROM analytics.disposed'), [{ id: 9, name: null }]);
    const days = [{ name: 'id', type: 'INTEGER' }, { name: 'day', type: 'DATE' }];
    await dataset.createTable('days', { schema: days, timePartitioning: { type: 'DAY', field: 'day' } });
    const put = (day, content) => file('d.json', content).then((path) => load(dataset.table(`days$${day}`), path,
      { sourceFormat: 'NEWLINE_DELIMITED_JSON', writeDisposition: 'WRITE_TRUNCATE' }));
    await put('20240101', '{"id":1,"day":"2024-01-01"}');
    await put('20240102', '{"id":2,"day":"2024-01-02"}');
    await put('20240102', '{"id":3,"day":"2024-01-02"}');
    assert.deepEqual(await rows('SELECT id FROM analytics.days ORDER BY id'), [{ id: 1 }, { id: 3 }]);
    assert.match((await failure(put('20240102', '{"id":4,"day":"2024-01-03"}'))).message, /Some rows belong to different partitions/);
    assert.equal((await dataset.table('days$20240101').getRows())[0].length, 1);
  });

  it('says which rows are bad, and takes as many as are allowed', async () => {
    const add = (name, content, options) => file('b', content).then((path) => load(dataset.table(name), path, { schema: kSchema, ...options }));
    const json = { sourceFormat: 'NEWLINE_DELIMITED_JSON' };
    const lines = '{"id":1}\n{"id":"x"}\n{"id":3,"extra":1}\n{"name":"no id"}\nnot json\n';
    const refused = await failure(add('bad', lines, json));
    assert.deepEqual(refused.errors.slice(0, 2).map((error) => error.reason), ['invalid', 'invalid']);
    assert.match(refused.errors[1].message, /in row starting at position 9: Could not convert value to int64. Field: id; Value: x/);
    assert.deepEqual(await dataset.table('bad').exists(), [false]);
    const [job] = await add('bad', lines, { ...json, maxBadRecords: 4 });
    assert.deepEqual([job.statistics.load.outputRows, job.statistics.load.badRecords, job.status.errorResult], ['1', '4', undefined]);
    assert.deepEqual(job.status.errors.map((error) => error.message.match(/position (\d+): (.*?)[.]?$/).slice(1)), [
      ['9', 'Could not convert value to int64. Field: id; Value: x'], ['20', 'No such field: extra'],
      ['39', 'Missing required field: id'], ['56', 'Parser terminated before end of string']]);
    const csv = await failure(add('bad', '1,a\n2,b,c\n', {}));
    assert.match(csv.errors[1].message, /Too many values in line. Found 3 column\(s\) while expected 2.; line_number: 2 byte_offset_to_start_of_line: 4/);
  });

  it('gives back the job whose id was used, and lets nobody use it again', async () => {
    const configuration = { query: { query: 'SELECT 1 AS one', useLegacySql: false } };
    const first = await insertJob('once', configuration);
    assert.notEqual(first.status.state, 'DONE');
    assert.deepEqual(await failure(insertJob('once', configuration)).then(({ code, reason }) => ({ code, reason })), { code: 409, reason: 'duplicate' });
    const [results] = await bigquery.job('once').getQueryResults();
    assert.deepEqual(results, [{ one: 1 }]);
    const [metadata] = await bigquery.job('once').getMetadata();
    assert.deepEqual([metadata.status.state, metadata.statistics.query.statementType], ['DONE', 'SELECT']);
    assert.deepEqual(metadata.configuration.query.destinationTable.projectId, 'sandbox');
    const failed = await insertJob('failed', { query: { query: 'SELECT nothing', useLegacySql: false } });
    assert.equal(failed.jobReference.jobId, 'failed');
    assert.deepEqual(await failure(finish([bigquery.job('failed')])).then(({ reason, message }) => ({ reason, message })),
      { reason: 'invalidQuery', message: 'Unrecognized name: nothing at [1:8]' });
    assert.equal((await failure(insertJob('failed', configuration))).reason, 'duplicate');
    assert.equal((await failure(bigquery.job('once', { location: 'asia-east1' }).getMetadata())).reason, 'notFound');
    assert.ok((await bigquery.getJobs({ maxResults: 2, autoPaginate: false }))[0].length === 2);
  });

  it('queries with parameters, pages and dry runs', async () => {
    const query = `SELECT @s AS s, @n + 1 AS n, @t AS t, ARRAY_LENGTH(@list) AS l, "it's" AS q, 2 IN UNNEST(@list) AS has, @r.a AS a`;
    const [row] = await rows(query, { params: { s: 'a\'b', n: 41, t: bigquery.timestamp('2024-03-07T00:00:00Z'), list: [1, 2, 3], r: { a: 'x' } } });
    assert.deepEqual([row.s, row.n, row.t.value, row.l, row.q, row.has, row.a], ['a\'b', 42, '2024-03-07T00:00:00.000Z', 3, 'it\'s', true, 'x']);
    assert.deepEqual(await rows('SELECT ? AS a, ? AS b', { params: ['x', 2.5] }), [{ a: 'x', b: 2.5 }]);
    const many = await rows('SELECT x FROM UNNEST(GENERATE_ARRAY(1, 2500)) AS x ORDER BY x', { maxResults: 1000 });
    assert.deepEqual([many.length, many[0].x, many[2499].x], [2500, 1, 2500]);
    const [job] = await bigquery.createQueryJob({ query: 'SELECT id, name FROM analytics.plain', dryRun: true });
    assert.deepEqual(job.metadata.statistics.query.schema.fields.map((field) => field.type), ['INTEGER', 'STRING']);
    assert.ok(Number(job.metadata.statistics.totalBytesProcessed) > 0);
  });

  it('publishes in a transaction, or not at all', async () => {
    await rows('CREATE TABLE analytics.target (id INT64 NOT NULL, name STRING, seen TIMESTAMP) PARTITION BY DATE(seen) CLUSTER BY id');
    await rows('CREATE TABLE analytics.stage AS SELECT 1 AS id, "one" AS name UNION ALL SELECT 2, "two" UNION ALL SELECT 2, "zwei"');
    const merge = (source) => `MERGE INTO \`sandbox.analytics.target\` AS t USING (${source}) AS s ON t.id = s.id
      WHEN MATCHED THEN UPDATE SET \`name\` = s.name WHEN NOT MATCHED THEN INSERT (\`id\`, \`name\`) VALUES (s.id, s.name)`;
    const newest = 'SELECT id, name FROM (SELECT id, name, ROW_NUMBER() OVER (PARTITION BY id ORDER BY name DESC) AS rank FROM analytics.stage) WHERE rank = 1';
    await rows(merge(newest));
    const twice = await failure(rows(merge('SELECT id, name FROM analytics.stage')));
    assert.match(twice.message, /must match at most one source row for each target row/);
    const script = (end) => `BEGIN TRANSACTION; DELETE FROM analytics.target WHERE id = @id;
      INSERT INTO analytics.target (id, name) SELECT 7, 'seven'; ${end}`;
    const broken = await failure(rows(script('INSERT INTO analytics.target (id) SELECT NULL; COMMIT TRANSACTION;'), { params: { id: 1 } }));
    assert.match(broken.message, /Required field id cannot be null/);
    assert.deepEqual(await rows('SELECT id, name FROM analytics.target ORDER BY id'), [{ id: 1, name: 'one' }, { id: 2, name: 'zwei' }]);
    const [job] = await bigquery.createQueryJob({ query: script('COMMIT TRANSACTION;'), params: { id: 1 } });
    await job.getQueryResults();
    assert.equal(job.metadata.jobReference.jobId.length > 0, true);
    assert.deepEqual(await rows('SELECT id FROM analytics.target ORDER BY id'), [{ id: 2 }, { id: 7 }]);
    const columns = await rows(`SELECT column_name, data_type, is_nullable, is_partitioning_column FROM analytics.INFORMATION_SCHEMA.COLUMNS
      WHERE table_name = 'target' ORDER BY ordinal_position`);
    assert.deepEqual(columns.map(Object.values), [['id', 'INT64', 'NO', 'NO'], ['name', 'STRING', 'YES', 'NO'], ['seen', 'TIMESTAMP', 'YES', 'YES']]);
  });

  it('refuses what it does not know, as BigQuery would', async () => {
    const told = async (query) => (await failure(rows(query))).message;
    assert.equal(await told('SELEC 1'), 'Syntax error: Unexpected identifier "SELEC" at [1:1]');
    assert.equal(await told('SELECT\n  read_text("/etc/passwd")'), 'Function not found: READ_TEXT at [2:3]');
    assert.match(await told('SELECT * FROM analytics.nope'), /Not found: Table sandbox:analytics.nope/);
    assert.match(await told('SELECT * FROM made_before.t, analytics.plain'), /was not found in location/);
    assert.equal(await told('DELETE FROM analytics.plain'), 'DELETE must have a WHERE clause at [1:28]');
    assert.match(await told('INSERT INTO analytics.plain (id) SELECT name FROM analytics.plain'), /Value has type STRING which cannot be inserted into column id/);
    const legacy = await failure(bigquery.query({ query: 'SELECT 1', useLegacySql: true }));
    assert.equal(legacy.code, 400);
    const unknown = await post('/bigquery/v2/projects/sandbox/jobs', { configuration: { load: { destinationTabel: {} } } });
    assert.equal(unknown.status, 400);
    assert.match((await unknown.json()).error.message, /Unknown name "destinationTabel" at 'job.configuration.load'/);
    const unserved = await post('/bigquery/v2/projects/sandbox/jobs',
      { configuration: { load: { destinationTable: { datasetId: 'analytics', tableId: 't' }, jsonExtension: 'GEOJSON' } } });
    assert.equal(unserved.status, 501);
  });

  it('copies tables', async () => {
    await copy(dataset.table('plain'), dataset.table('copied'));
    assert.deepEqual(await rows('SELECT COUNT(*) AS n FROM analytics.copied'), [{ n: 3 }]);
    assert.equal((await failure(copy(dataset.table('plain'), dataset.table('copied')))).reason, 'duplicate');
    await copy(dataset.table('plain'), dataset.table('copied'), { writeDisposition: 'WRITE_APPEND' });
    assert.deepEqual(await rows('SELECT COUNT(*) AS n FROM analytics.copied'), [{ n: 6 }]);
  });

  it('cancels a job that takes its time', async () => {
    await post('/_bigquery/fault', { kind: 'query', milliseconds: 60_000 });
    await insertJob('slow', { query: { query: 'SELECT 1', useLegacySql: false } });
    const [answer] = await bigquery.job('slow').cancel();
    assert.equal(answer.kind, 'bigquery#jobCancelResponse');
    assert.equal((await failure(finish([bigquery.job('slow')]))).reason, 'stopped');
  });

  it('lets jobs fail as it is told, and refuses more than the quota', async () => {
    await post('/_bigquery/fault', { kind: 'load', reason: 'backendError', times: 1 });
    const add = () => file('q.csv', '1,a\n').then((path) => load(dataset.table('quota'), path, { schema: kSchema }));
    assert.equal((await failure(add())).reason, 'backendError');
    assert.deepEqual(await dataset.table('quota').exists(), [false]);
    for (let i = 0; i < 7; ++i) await add();
    const refused = await failure(add());
    assert.deepEqual([refused.reason, refused.errors[0].location], ['quotaExceeded', 'load_job_per_table.long']);
  });

  it('loses the answer to a job that is carried out all the same', async () => {
    await sandbox.fault({ match: '/jobs', method: 'POST', action: 'lose' });
    const configuration = { query: { query: 'CREATE TABLE analytics.lost AS SELECT 1 AS one', useLegacySql: false } };
    await failure(insertJob('lost', configuration));
    assert.equal((await failure(insertJob('lost', configuration))).reason, 'duplicate');
    await bigquery.job('lost').getQueryResults();
    assert.deepEqual(await rows('SELECT * FROM analytics.lost'), [{ one: 1 }]);
  });

  it('has asked for nothing and been told nothing that the description of the API has not', () => {
    assert.deepEqual(proxy.findings, []);
    const called = ['datasets.insert', 'datasets.get', 'datasets.list', 'datasets.patch', 'tables.insert', 'tables.get', 'tables.list',
                    'tables.patch', 'tables.delete', 'tabledata.list', 'jobs.insert', 'jobs.get', 'jobs.list', 'jobs.cancel',
                    'jobs.query', 'jobs.getQueryResults'];
    for (const method of called) assert.ok(proxy.calls.has(`bigquery.${method}`), method);
  });
});

describe('tokens of BigQuery', () => {
  let sandbox;
  before(async () => {
    sandbox = await Sandbox.start('--token-check', '--dataset', 'analytics');
  });
  after(() => sandbox.stop());

  const tokenOf = async (refreshToken) => {
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
    return (await (await fetch(`${sandbox.url}/token`, { method: 'POST', body: form })).json()).access_token;
  };

  it('are asked for, and those of strangers are of no use', async () => {
    assert.equal((await failure(bigqueryOf(sandbox.url, 'made-up').getDatasets())).code, 401);
    const stranger = await failure(bigqueryOf(sandbox.url, await tokenOf('sandbox-stranger')).getDatasets());
    assert.deepEqual([stranger.code, stranger.reason], [403, 'accessDenied']);
    const [datasets] = await bigqueryOf(sandbox.url, await tokenOf('sandbox-refresh-token')).getDatasets();
    assert.deepEqual(datasets.map((found) => found.id), ['analytics']);
  });
});
