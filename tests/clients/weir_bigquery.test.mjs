// SPDX-License-Identifier: Apache-2.0
// What weir itself asks of BigQuery, held against Google's description of the API: loads from files and
// through a bucket, every write mode, and both ways out of BigQuery.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { DescribedProxy, Description } from './description.mjs';
import { Sandbox } from './sandbox.mjs';

const run = promisify(execFile);

describe('weir', () => {
  let sandbox;
  let proxy;
  let folder;

  const pipeline = (name, source, destination) => writeFile(join(folder, 'pipelines', `${name}.yaml`),
    `pipeline: ${name}\nsource: ${JSON.stringify(source)}\ndestination: ${JSON.stringify(destination)}\n`);
  const weir = async (...parameters) => {
    const { stdout, stderr } = await run(process.env.WEIR, parameters, { cwd: folder }).catch((error) => error);
    return stdout + stderr;
  };
  const rows = async (query) => {
    const answer = await fetch(`${sandbox.url}/bigquery/v2/projects/sandbox/queries`,
      { method: 'POST', body: JSON.stringify({ query, useLegacySql: false }) });
    const json = await answer.json();
    assert.equal(json.error, undefined, json.error?.message);
    return (json.rows ?? []).map(({ f }) => f.map(({ v }) => v));
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weir-described-'));
    sandbox = await Sandbox.start('--bucket', 'lake', '--dataset', 'usage');
    proxy = await DescribedProxy.start(sandbox.url, Description.read(`${process.env.WEIR_CLIENTS}/bigquery.json`));
    await mkdir(join(folder, 'pipelines'));
    const warehouse = { type: 'bigquery', project: 'sandbox', dataset: 'usage', endpoint: proxy.url, access: 'anonymous' };
    const staging = { connection: 'lake', prefix: 'staging' };
    await writeFile(join(folder, 'weir.yaml'), JSON.stringify({
      connections: {
        lake: { type: 'gcs', bucket: 'lake', endpoint: sandbox.url, access: 'anonymous' },
        drop: { type: 'files', folder },
        direct: warehouse,
        staged: { ...warehouse, staging },
      },
    }));
    const lines = [{ id: 1, name: 'one', at: '2024-05-13T04:12:09.250Z', tags: ['x'] }, { id: 2, name: null, at: '2024-05-14T00:00:00Z', tags: [] }];
    await writeFile(join(folder, 'rows.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  });
  after(async () => {
    await proxy.stop();
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });

  const source = { connection: 'drop', path: 'rows.jsonl', format: 'jsonl',
                   columns: { id: 'integer', name: 'text', at: 'timestamp', tags: 'json' } };

  for (const connection of ['direct', 'staged']) {
    it(`loads in every write mode, ${connection}`, async () => {
      for (const write of ['append', 'replace', 'merge']) {
        const table = `${connection}_${write}`;
        await pipeline(table, source, { connection, table, write, ...(write === 'merge' ? { key: ['id'] } : {}),
                                        partitioning: { column: 'at', by: 'day' }, clustering: ['id'] });
        const told = await weir('run', table);
        assert.deepEqual(await rows(`SELECT id, name FROM usage.${table} ORDER BY id`), [['1', 'one'], ['2', null]], told);
      }
      assert.deepEqual(proxy.findings, []);
    });

    it(`reads tables and queries, ${connection}`, async () => {
      await pipeline(`${connection}_table`, { connection, table: `${connection}_append` },
        { connection: 'drop', table: 'copies', path: `out/${connection}_table.jsonl`, format: 'jsonl' });
      await pipeline(`${connection}_query`, { connection, query: `SELECT id, name FROM usage.${connection}_append WHERE name = @name`,
                                              parameters: [{ name: 'name', value: 'one' }] },
        { connection: 'drop', table: 'copies', path: `out/${connection}_query.jsonl`, format: 'jsonl' });
      for (const kind of ['table', 'query']) {
        const told = await weir('run', `${connection}_${kind}`);
        const files = await readdir(join(folder, 'out'), { recursive: true }).catch(() => []);
        const file = files.find((name) => name.includes(`${connection}_${kind}`) && name.endsWith('.jsonl'));
        assert.ok(file, told);
        const lines = (await readFile(join(folder, 'out', file), 'utf8')).trim().split('\n').map((line) => JSON.parse(line).id);
        assert.deepEqual(lines.map(Number).sort(), kind === 'table' ? [1, 2] : [1]);
      }
      assert.deepEqual(proxy.findings, []);
    });
  }

  it('has asked for nothing and been told nothing that the description of the API has not', async () => {
    const told = await weir('check');
    assert.deepEqual(proxy.findings, [], told);
    for (const method of ['datasets.get', 'tables.get', 'tables.insert', 'tables.delete', 'jobs.insert', 'jobs.get', 'jobs.query']) {
      assert.ok(proxy.calls.has(`bigquery.${method}`), method);
    }
  });
});
