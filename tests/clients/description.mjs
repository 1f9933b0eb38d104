// SPDX-License-Identifier: Apache-2.0
// A proxy that holds every request and answer of BigQuery against Google's own description of the API:
// methods, parameters, members and their types. Used by tests, and as a program:
//   node description.mjs PORT SANDBOX_URL DESCRIPTION.json     findings as JSON at GET /_findings
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';

const kUploadParameters = ['uploadType', 'upload_id', 'upload_protocol', 'name'];
/// What clients send beside the description: Google's own does, and the API takes it.
const kCommonParameters = ['prettyPrint', 'formatOptions.useInt64Timestamp', 'formatOptions.timestampOutputFormat'];

const kTypes = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  any: () => true,
};

const kFormats = {
  int64: (text) => /^-?\d+$/.test(text),
  uint64: (text) => /^\d+$/.test(text),
  'date-time': (text) => !Number.isNaN(Date.parse(text)),
  'google-datetime': (text) => !Number.isNaN(Date.parse(text)),
};

/// 64-bit numbers travel as texts; in requests Google takes small ones as numbers, and truths as texts.
/// Its own client sends numbers where a parameter's value is a text.
const kLenient = {
  string: (value, schema, at) => (Boolean(kFormats[schema.format]) && Number.isSafeInteger(value)) || (at.endsWith('.value') && typeof value === 'number'),
  integer: (value) => /^-?\d+$/.test(value),
  boolean: (value) => value === 'true' || value === 'false',
};

function show(value) {
  return JSON.stringify(value)?.slice(0, 80);
}

export class Description {
  constructor(document) {
    this.document = document;
    this.methods = [];
    this.#collect(document);
  }

  static read(path) {
    return new Description(JSON.parse(readFileSync(path, 'utf8')));
  }

  #collect(resource) {
    for (const method of Object.values(resource.methods ?? {})) {
      this.#add(method, `/${this.document.servicePath}${method.flatPath ?? method.path}`, false);
      for (const protocol of Object.values(method.mediaUpload?.protocols ?? {})) this.#add(method, protocol.path, true);
    }
    Object.values(resource.resources ?? {}).forEach((child) => this.#collect(child));
  }

  #add(method, path, isUpload) {
    const pattern = path.split(/\{\+?\w+\}/).map((part) => part.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')).join('([^/]+)');
    this.methods.push({ method, isUpload, pattern: new RegExp(`^${pattern}$`) });
  }

  find(verb, path) {
    return this.methods.find(({ method, isUpload, pattern }) =>
      (method.httpMethod === verb || (isUpload && ['PUT', 'DELETE'].includes(verb))) && pattern.test(path));
  }

  /// What is wrong with a value, as a list of texts.
  problems(schema, value, at, isRequest) {
    if (value === null || value === undefined) return [];
    if (schema.$ref) return this.problems(this.document.schemas[schema.$ref], value, at, isRequest);
    const type = schema.type ?? 'any';
    const fits = kTypes[type](value) || (isRequest && kLenient[type]?.(value, schema, at));
    if (!fits) return [`${at}: ${show(value)} is no ${type}`];
    if (type === 'string' && kFormats[schema.format] && !kFormats[schema.format](String(value))) {
      return [`${at}: ${show(value)} is no ${schema.format}`];
    }
    if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${show(value)} is none of ${schema.enum}`];
    if (type === 'array') {
      return value.flatMap((item, i) => this.problems(schema.items ?? {}, item, `${at}[${i}]`, isRequest));
    }
    if (type !== 'object' || (!schema.properties && !schema.additionalProperties)) return [];
    return Object.entries(value).flatMap(([name, member]) => {
      const known = schema.properties?.[name] ?? schema.additionalProperties;
      return known ? this.problems(known, member, `${at}.${name}`, isRequest) : [`${at}.${name}: there is no such member`];
    });
  }

  parameterProblems({ method, isUpload }, query) {
    const known = { ...this.document.parameters, ...method.parameters };
    const problems = [];
    for (const [name, value] of query) {
      if (known[name]?.enum && !known[name].enum.includes(value)) problems.push(`parameter ${name}: ${value} is none of its values`);
      const isKnown = known[name] || kCommonParameters.includes(name) || (isUpload && kUploadParameters.includes(name));
      if (!isKnown) problems.push(`parameter ${name}: there is no such one`);
    }
    return problems;
  }
}

/// The JSON of a request; of an upload's two parts the first.
function jsonOf(headers, body) {
  const type = headers['content-type'] ?? '';
  if (/multipart\/related/.test(type)) return JSON.parse(body.toString('latin1').split(/\r?\n\r?\n/)[1].split(/\r?\n--/)[0]);
  return /json/.test(type) && body.length > 0 ? JSON.parse(body) : undefined;
}

export class DescribedProxy {
  static async start(upstream, description, port = 0) {
    const proxy = new DescribedProxy(upstream, description);
    proxy.server.listen(port, '127.0.0.1');
    await once(proxy.server, 'listening');
    proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }

  constructor(upstream, description) {
    this.upstream = new URL(upstream);
    this.description = description;
    this.findings = [];
    this.calls = new Map();
    this.server = http.createServer((request, response) => this.#handle(request, response));
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #handle(request, response) {
    const body = Buffer.concat(await request.toArray());
    if (request.url === '/_findings') return response.end(JSON.stringify(this.findings));
    const call = this.#judgeRequest(request, body);
    const headers = { ...request.headers, host: this.upstream.host, 'content-length': body.length };
    delete headers['transfer-encoding'];
    const onward = http.request({ host: this.upstream.hostname, port: this.upstream.port, method: request.method,
                                  path: request.url, headers });
    onward.on('error', () => request.socket.destroy());
    onward.on('response', async (answer) => {
      const bytes = Buffer.concat(await answer.toArray().catch(() => request.socket.destroy() && []));
      if (call) this.#judgeAnswer(call, answer, bytes);
      const shown = { ...answer.headers, 'content-length': bytes.length };
      if (shown.location) shown.location = shown.location.replace(this.upstream.host, request.headers.host);
      delete shown['transfer-encoding'];
      response.writeHead(answer.statusCode, shown);
      response.end(bytes);
    });
    onward.end(body);
  }

  #report(call, direction, problems) {
    for (const problem of problems) this.findings.push(`${call} ${direction} ${problem}`);
  }

  #judgeRequest(request, body) {
    const { pathname, searchParams } = new URL(request.url, 'http://any');
    if (!/^\/(upload\/)?bigquery\/v2\//.test(pathname)) return undefined;
    const found = this.description.find(request.method, pathname);
    if (!found) {
      this.findings.push(`${request.method} ${pathname}: there is no such method`);
      return undefined;
    }
    const name = found.method.id;
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    const problems = this.description.parameterProblems(found, searchParams);
    let json;
    try {
      json = request.method === 'PUT' && found.isUpload ? undefined : jsonOf(request.headers, body);
    } catch {
      problems.push('body: it is no JSON');
    }
    if (json && found.method.request) problems.push(...this.description.problems(found.method.request, json, 'body', true));
    this.#report(name, 'request', problems);
    return found;
  }

  #judgeAnswer({ method }, answer, bytes) {
    if (bytes.length === 0) return;
    let json;
    try {
      json = JSON.parse(bytes);
    } catch {
      return this.#report(method.id, 'answer', ['body: it is no JSON']);
    }
    if (answer.statusCode >= 400) {
      const { error } = json;
      const fits = error?.code === answer.statusCode && error.message && error.errors?.[0]?.reason && error.errors[0].message;
      if (!fits) this.#report(method.id, 'answer', [`error: ${show(json)} has not the form of one`]);
      return;
    }
    if (method.response) this.#report(method.id, 'answer', this.description.problems(method.response, json, 'body', false));
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [port, upstream, path] = process.argv.slice(2);
  const proxy = await DescribedProxy.start(upstream, Description.read(path ?? `${process.env.WEIR_CLIENTS}/bigquery.json`), Number(port));
  console.log(`description of BigQuery between ${proxy.url} and ${upstream}`);
}
