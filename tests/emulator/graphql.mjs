// GitHub's GraphQL before any emulated REST API: `node graphql.mjs --upstream URL --port P`.
// `POST /graphql` and `POST /api/graphql` are answered strictly by GitHub's public schema, with what the REST API at URL
// says to the caller's own token; everything else is passed through as it is. It prints one line when it listens, and
// ends on SIGTERM. What it can answer is the table `RESOLVERS`; a field of the schema that is not there is an error.
import http from "node:http";
import https from "node:https";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { schema as source } from "@octokit/graphql-schema";
import { GraphQLError, buildSchema, execute, getOperationAST, parse, validate } from "graphql";
import { priced } from "./costs.mjs";
import { failure, refusal, shown } from "./errors.mjs";
import { CONNECTION, READS, REF, byId } from "./objects.mjs";
import { invalid, misfits, unparsed } from "./refusals.mjs";
import { WRITES } from "./writes.mjs";

const ENDPOINTS = new Set(["/graphql", "/api/graphql"]);
const ENTERPRISE = "/api/v3"; // where GitHub Enterprise Server has its REST API
const HOP = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);
const REF_WRITE = /\/(git\/refs|merges?|contents|branches)(\/|$)/;
const POINTS = 5000; // that a token has for an hour, if nothing else is said
const HOUR = 3600;
const RESOLVERS = { ...READS, ...WRITES };

// ---------------------------------------------------------------- the schema

const schema = buildSchema(source.idl, { assumeValid: true });
scalar("GitObjectID", (value) => typeof value === "string" && /^[0-9a-f]{40}$/.test(value));
scalar("GitRefname", (value) => typeof value === "string" && REF.test(value));

function scalar(name, accepts) {
  const type = schema.getType(name);
  const read = (value, nodes) => {
    if (!accepts(value)) throw new GraphQLError(`${JSON.stringify(value)} is not a valid ${name}`, { nodes });
    return value;
  };
  type.parseValue = (value) => read(value);
  type.parseLiteral = (node) => read(node.value, node);
}

function resolve(value, args, api, info) {
  const { name } = info.parentType;
  const found = (RESOLVERS[name] ?? (/Connection$/.test(name) ? CONNECTION : {}))[info.fieldName];
  if (!found) throw new GraphQLError(`This test double has no ${name}.${info.fieldName}.`);
  return found(value, args, api, info);
}

// ---------------------------------------------------------------- the REST API behind it

class Api {
  constructor(double, prefix, headers) {
    Object.assign(this, { double, prefix, headers });
    this.known = new Map(); // what was read, by path, since something was written last
  }

  // Read something once, for all who ask for it in one document.
  get(path) {
    if (!this.known.has(path)) this.known.set(path, this.rest("GET", path));
    return this.known.get(path);
  }

  // Read all of a list.
  async list(path) {
    const all = [];
    for (let page = 1; ; page++) {
      const { status, data } = await this.get(`${path}${path.includes("?") ? "&" : "?"}per_page=100&page=${page}`);
      if (status !== 200) throw refusal({ status, data }, path);
      all.push(...data);
      if (data.length < 100) return all;
    }
  }

  // Do something, and return what it gave; `about` is what a refusal is about.
  async done(method, path, body, about) {
    const answer = await this.rest(method, path, body);
    if (answer.status >= 400) throw refusal(answer, about);
    return answer.data;
  }

  async rest(method, path, body) {
    if (method !== "GET") this.known.clear();
    const headers = { accept: "application/vnd.github+json", "user-agent": "graphql-double" };
    if (this.headers.authorization) headers.authorization = this.double.alias(this.headers.authorization);
    if (body) headers["content-type"] = "application/json";
    const content = body && JSON.stringify(body);
    const url = this.double.upstream + this.prefix + path;
    const answer = await fetch(url, { method, headers, body: content, redirect: "manual" });
    const text = await answer.text();
    const data = text && /json/.test(answer.headers.get("content-type") ?? "") ? JSON.parse(text) : null;
    this.double.learn(data);
    return { status: answer.status, data };
  }

  async found(path, missing) {
    const answer = await this.get(path);
    if (answer.status === 200) return { __typename: "User", ...answer.data };
    throw answer.status === 404 ? failure("NOT_FOUND", missing) : refusal(answer, path);
  }

  async repository(owner, own, followRenames = true) {
    const names = [owner, own];
    const name = names.join("/");
    const missing = `Could not resolve to a Repository with the name '${name}'.`;
    if (!names.every((each) => /^(?!\.\.?$)[\w.-]+$/.test(each))) throw failure("NOT_FOUND", missing);
    const { status, data } = await this.get(`/repos/${name}`);
    if (status === 200 && !followRenames && data.full_name.toLowerCase() !== name.toLowerCase()) throw failure("NOT_FOUND", missing);
    if (status === 200) return { __typename: "Repository", ...data };
    throw status === 404 || status === 301 ? failure("NOT_FOUND", missing) : refusal({ status, data }, name);
  }

  async node(id) {
    const name = this.double.names.get(id);
    const number = /Repository(\d+)$/.exec(Buffer.from(id, "base64").toString())?.[1];
    const path = name ? `/repos/${name}` : number && `/repositories/${number}`;
    const other = path ? null : await byId(id, this);
    if (other) return other;
    const { status, data } = path ? await this.get(path) : { status: 404 };
    if (status === 200 && data.node_id === id) return { __typename: "Repository", ...data };
    if (status === 200 || status === 404) {
      throw failure("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
    }
    throw refusal({ status, data }, id);
  }

  rate(dryRun) {
    const { cost, nodes: nodeCount, left } = this;
    const resetAt = new Date(left.reset * 1000).toISOString();
    return { ...left, cost, nodeCount, resetAt, remaining: left.remaining + (dryRun ? cost : 0) };
  }

  // Is a commit in another's history? Breadth first, by the commits themselves: not every API can compare.
  async descends(repository, older, newer) {
    const todo = [newer];
    const seen = new Set();
    while (todo.length) {
      const commit = todo.shift();
      if (commit.sha === older) return true;
      for (const { sha } of commit.parents) {
        if (seen.has(sha)) continue;
        seen.add(sha);
        if (sha === older) return true;
        const { status, data } = await this.rest("GET", `/repos/${repository}/git/commits/${sha}`);
        if (status === 200) todo.push(data);
      }
    }
    return false;
  }

  alone(work) {
    return this.double.alone(work);
  }
}

class Double {
  constructor(upstream, { points = POINTS, alias = (authorization) => authorization }) {
    this.upstream = upstream.replace(/\/+$/, "");
    Object.assign(this, { points, alias }); // `alias` gives the header with which the REST API is asked
    this.names = new Map(); // node id of a repository -> its name, as far as it was seen
    this.rates = new Map(); // a token's header -> what is left of its points
    this.enterprise = false;
    this.last = Promise.resolve();
  }

  // Do something while no other ref is written through here.
  alone(work) {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
  }

  // Take a document's points off what a token has; false where that is not enough.
  pay(token, cost) {
    const now = Math.floor(Date.now() / 1000);
    let rate = this.rates.get(token);
    if (!rate || rate.reset <= now) rate = { limit: this.points, remaining: this.points, used: 0, reset: now + HOUR };
    this.rates.set(token, rate);
    if (rate.remaining < cost) return false;
    rate.remaining -= cost;
    rate.used += cost;
    return true;
  }

  learn(data) {
    if (Array.isArray(data)) data.forEach((each) => this.learn(each));
    else if (data && typeof data === "object") {
      if (typeof data.node_id === "string" && typeof data.full_name === "string") this.names.set(data.node_id, data.full_name);
      Object.values(data).forEach((each) => this.learn(each));
    }
  }

  async serve(request, response) {
    const body = await read(request);
    // A path is never read as an address: `//host/path` and `http://host/path` would name another host.
    const [pathname] = request.url.split("?");
    if (!pathname.startsWith("/")) {
      const message = "A request names a path, which begins with a slash.";
      response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ message }));
      return;
    }
    this.enterprise ||= pathname.startsWith(`${ENTERPRISE}/`);
    if (request.method === "POST" && ENDPOINTS.has(pathname)) {
      const prefix = this.enterprise && pathname.startsWith("/api/") ? ENTERPRISE : "";
      const { status, answer } = await this.query(body, new Api(this, prefix, request.headers));
      const headers = { "content-type": "application/json; charset=utf-8", ...this.limits(request.headers.authorization) };
      response.writeHead(status, headers).end(JSON.stringify(answer));
      return;
    }
    const pass = () => this.pass(request, body, response);
    await (request.method !== "GET" && REF_WRITE.test(pathname) ? this.alone(pass) : pass());
  }

  limits(token) {
    const rate = Object.entries(this.rates.get(token) ?? {}).map(([name, value]) => [`x-ratelimit-${name}`, String(value)]);
    return rate.length ? Object.fromEntries([...rate, ["x-ratelimit-resource", "graphql"]]) : {};
  }

  async query(body, api) {
    if (!api.headers.authorization) return { status: 401, answer: { message: "Bad credentials", status: "401" } };
    let asked;
    try {
      asked = JSON.parse(body);
    } catch {
      return { status: 400, answer: { message: "Problems parsing JSON", status: "400" } };
    }
    if (typeof asked?.query !== "string") {
      return { status: 400, answer: { message: "A query attribute must be specified and must be a string." } };
    }
    const variables = asked.variables ?? {};
    if (typeof variables !== "object" || Array.isArray(variables)) {
      return { status: 400, answer: { message: "Problems parsing JSON", status: "400" } };
    }
    let document;
    try {
      document = parse(asked.query);
    } catch (error) {
      return { status: 200, answer: { errors: [unparsed(error)] } };
    }
    const errors = validate(schema, document);
    if (errors.length) return { status: 200, answer: { errors: errors.map((each) => invalid(schema, document, each)) } };
    const operation = getOperationAST(document, asked.operationName);
    if (!operation) {
      const message = asked.operationName ? `No operation named "${asked.operationName}"` : "An operation name is required";
      return { status: 200, answer: { errors: [{ message }] } };
    }
    const unfit = misfits(schema, operation, variables);
    if (unfit.length) return { status: 200, answer: { errors: unfit } };
    const token = api.headers.authorization;
    const { cost, nodes, errors: excess } = priced(schema, document, operation, variables);
    if (excess.length) return { status: 200, answer: { errors: excess.map(shown) } };
    if (!this.pay(token, cost)) {
      return { status: 200, answer: { errors: [shown(failure("RATE_LIMITED", "API rate limit exceeded."))] } };
    }
    Object.assign(api, { cost, nodes, left: this.rates.get(token) });
    const { data, errors: failures } = await execute({
      schema,
      document,
      contextValue: api,
      variableValues: variables,
      operationName: asked.operationName,
      fieldResolver: resolve,
      typeResolver: (value) => value.__typename,
    });
    const answer = data === undefined ? {} : { data };
    return { status: 200, answer: failures ? { ...answer, errors: failures.map(shown) } : answer };
  }

  async pass(request, body, response) {
    const target = new URL(this.upstream);
    const path = target.pathname.replace(/\/$/, "") + request.url;
    const headers = Object.entries(request.headers).filter(([name]) => !HOP.has(name));
    const options = { method: request.method, headers: Object.fromEntries(headers), agent: false };
    const sent = (target.protocol === "https:" ? https : http).request(target, { ...options, path });
    sent.end(body);
    try {
      const [answer] = await once(sent, "response");
      const data = await read(answer);
      const kept = [];
      for (let at = 0; at < answer.rawHeaders.length; at += 2) {
        if (!HOP.has(answer.rawHeaders[at].toLowerCase())) kept.push(answer.rawHeaders[at], answer.rawHeaders[at + 1]);
      }
      if (/json/.test(answer.headers["content-type"] ?? "")) this.learn(json(data));
      response.writeHead(answer.statusCode, kept).end(data);
    } catch (error) {
      response.writeHead(502, { "content-type": "application/json" }).end(JSON.stringify({ message: String(error) }));
    }
  }
}

function json(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

async function read(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

// ---------------------------------------------------------------- starting it

/** Listen on a port of this machine (0: a free one), and return the address. */
export async function serve(upstream, { port = 0, ...options } = {}) {
  const double = new Double(upstream, options);
  const server = http.createServer((request, response) =>
    double.serve(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ message: String(error) }));
    }),
  );
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [port, points] = ["0", String(POINTS)].map((usual) => ({ type: "string", default: usual }));
  const { values } = parseArgs({ options: { upstream: { type: "string" }, port, points } });
  if (!values.upstream) {
    console.error("usage: node graphql.mjs --upstream URL [--port P] [--points AN_HOUR]");
    process.exit(2);
  }
  process.on("SIGTERM", () => process.exit(0));
  console.log(await serve(values.upstream, { port: Number(values.port), points: Number(values.points) }));
}
