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
import { invalid, misfits, unparsed } from "./refusals.mjs";

const ENDPOINTS = new Set(["/graphql", "/api/graphql"]);
const ENTERPRISE = "/api/v3"; // where GitHub Enterprise Server has its REST API
const ZERO = "0".repeat(40);
const HOP = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);
const REF = /^refs(\/(?!\.)(?!.*\.\.)[^\s~^:?*[\\/]+)+$/;
const REF_WRITE = /\/(git\/refs|merges?|contents|branches)(\/|$)/;
const BROKEN = "Something went wrong while executing your query. Please include the request id when reporting this issue.";

// ---------------------------------------------------------------- what can be asked, and done

// Type -> field -> (what the type was made of, arguments, api) -> value. Types are made of the REST API's own JSON.
const RESOLVERS = {
  Query: {
    viewer: (_, __, api) => api.found("/user", "You are not authenticated as a user."),
    rateLimit: async (_, { dryRun }, api) => ({ ...(await api.rate()), cost: dryRun ? 0 : 1, nodeCount: 0 }),
    repository: (_, { owner, name }, api) => api.repository(owner, name),
    node: (_, { id }, api) => api.node(id),
    nodes: (_, { ids }, api) => ids.map((id) => api.node(id)),
  },
  Mutation: {
    updateRefs: async (_, { input }, api) => {
      const repository = await api.node(input.repositoryId);
      await api.alone(() => updateRefs(repository.full_name, input.refUpdates, api));
      return { clientMutationId: input.clientMutationId ?? null };
    },
  },
  UpdateRefsPayload: { clientMutationId: (made) => made.clientMutationId },
  RateLimit: Object.fromEntries(
    ["cost", "limit", "nodeCount", "remaining", "resetAt", "used"].map((name) => [name, (rate) => rate[name]]),
  ),
  User: {
    id: (user) => user.node_id,
    databaseId: (user) => user.id,
    login: (user) => user.login,
    name: (user) => user.name ?? null,
    url: (user) => user.html_url,
  },
  Repository: {
    id: (repository) => repository.node_id,
    databaseId: (repository) => repository.id,
    name: (repository) => repository.name,
    nameWithOwner: (repository) => repository.full_name,
    url: (repository) => repository.html_url,
    isPrivate: (repository) => repository.private,
    isFork: (repository) => repository.fork,
    isArchived: (repository) => Boolean(repository.archived),
    defaultBranchRef: (repository, _, api) => ref(repository, `refs/heads/${repository.default_branch}`, api),
    ref: (repository, { qualifiedName }, api) => ref(repository, qualifiedName, api),
  },
  Ref: {
    id: (found) => found.node_id || nodeId("Ref", `${found.repository.full_name}:${found.ref}`),
    name: (found) => found.ref.split("/").slice(2).join("/"),
    prefix: (found) => `${found.ref.split("/").slice(0, 2).join("/")}/`,
    repository: (found) => found.repository,
    target: (found) => ({ __typename: found.object.type === "tag" ? "Tag" : "Commit", oid: found.object.sha }),
  },
  Commit: {
    id: (commit) => nodeId("Commit", commit.oid),
    oid: (commit) => commit.oid,
    abbreviatedOid: (commit) => commit.oid.slice(0, 7),
  },
  Tag: { id: (tag) => nodeId("Tag", tag.oid), oid: (tag) => tag.oid, abbreviatedOid: (tag) => tag.oid.slice(0, 7) },
};

async function ref(repository, name, api) {
  if (!REF.test(`refs/${name}`)) return null;
  const names = name.startsWith("refs/") ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
  for (const each of names) {
    const { status, data } = await api.rest("GET", refPath(repository.full_name, "ref", each));
    if (status === 200) return { ...data, repository };
  }
  return null;
}

// Check every ref first, then write them all: all are changed, or none is.
async function updateRefs(repository, updates, api) {
  const seen = new Set();
  const planned = [];
  for (const update of updates) {
    if (seen.has(update.name)) throw failure("UNPROCESSABLE", `${update.name} is to be updated twice`);
    seen.add(update.name);
    planned.push({ ...update, now: await checked(repository, update, api) });
  }
  const done = [];
  for (const update of planned) {
    const answer = await setRef(repository, update.name, update.now, update.afterOid, api);
    if (answer.status >= 400) {
      for (const made of done.reverse()) await setRef(repository, made.name, made.afterOid, made.now, api);
      throw refusal(answer, update.name);
    }
    done.push(update);
  }
}

// Return where a ref is now, as one that may be updated.
async function checked(repository, { name, beforeOid, afterOid, force }, api) {
  const answer = await api.rest("GET", refPath(repository, "ref", name));
  if (answer.status !== 200 && answer.status !== 404) throw refusal(answer, name);
  const now = answer.status === 200 ? answer.data.object.sha : ZERO;
  if (beforeOid != null && now !== beforeOid) {
    throw failure("STALE_DATA", `Expected ${name} to point to ${beforeOid}, but it pointed to ${now}`);
  }
  if (afterOid === ZERO) {
    if (now === ZERO) throw failure("UNPROCESSABLE", `Reference does not exist: ${name}`);
    return now;
  }
  const commit = await api.rest("GET", `/repos/${repository}/git/commits/${afterOid}`);
  if (commit.status === 404) throw failure("UNPROCESSABLE", `Object does not exist: ${afterOid}`);
  if (commit.status !== 200) throw refusal(commit, name);
  if (now !== ZERO && !force && !(await api.descends(repository, now, commit.data))) {
    throw failure("UNPROCESSABLE", `Update is not a fast forward: ${name}`);
  }
  return now;
}

function setRef(repository, name, now, after, api) {
  if (after === ZERO) return api.rest("DELETE", refPath(repository, "refs", name));
  if (now === ZERO) return api.rest("POST", `/repos/${repository}/git/refs`, { ref: name, sha: after });
  return api.rest("PATCH", refPath(repository, "refs", name), { sha: after, force: true });
}

function refPath(repository, kind, name) {
  return `/repos/${repository}/git/${kind}/${name.split("/").slice(1).map(encodeURIComponent).join("/")}`;
}

function nodeId(type, name) {
  return Buffer.from(`0:${type}${name}`).toString("base64").replace(/=+$/, "");
}

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
  const found = RESOLVERS[name]?.[info.fieldName];
  if (!found) throw new GraphQLError(`This test double has no ${name}.${info.fieldName}.`);
  return found(value, args, api, info);
}

// ---------------------------------------------------------------- errors in GitHub's shape

function failure(type, message) {
  return new GraphQLError(message, { extensions: { type } });
}

function refusal({ status, data }, name) {
  const said = [data?.message, ...(data?.errors ?? []).map((each) => each.message ?? each)].filter(Boolean).join(": ");
  if (status === 404) return failure("NOT_FOUND", `Could not resolve to a node: ${name}`);
  if (status === 429 || (status === 403 && /rate limit/i.test(said))) return failure("RATE_LIMITED", said);
  if (status === 401 || status === 403) return failure("FORBIDDEN", said);
  return status < 500 ? failure("UNPROCESSABLE", said) : new GraphQLError(BROKEN);
}

function failed(error) {
  const { type } = error.extensions ?? {};
  const extensions = type === "FORBIDDEN" ? { saml_failure: false } : undefined;
  const broken = error.originalError && !(error.originalError instanceof GraphQLError);
  const shown = { path: error.path, extensions, locations: error.locations, message: broken ? BROKEN : error.message };
  return type ? { type, ...shown } : shown;
}

// ---------------------------------------------------------------- the REST API behind it

class Api {
  constructor(double, prefix, headers) {
    Object.assign(this, { double, prefix, headers });
  }

  async rest(method, path, body) {
    const headers = { accept: "application/vnd.github+json", "user-agent": "graphql-double" };
    if (this.headers.authorization) headers.authorization = this.headers.authorization;
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
    const answer = await this.rest("GET", path);
    if (answer.status === 200) return { __typename: "User", ...answer.data };
    throw answer.status === 404 ? failure("NOT_FOUND", missing) : refusal(answer, path);
  }

  async repository(...names) {
    const name = names.join("/");
    const missing = `Could not resolve to a Repository with the name '${name}'.`;
    if (!names.every((each) => /^(?!\.\.?$)[\w.-]+$/.test(each))) throw failure("NOT_FOUND", missing);
    const { status, data } = await this.rest("GET", `/repos/${name}`);
    if (status === 200) return { __typename: "Repository", ...data };
    throw status === 404 || status === 301 ? failure("NOT_FOUND", missing) : refusal({ status, data }, name);
  }

  async node(id) {
    const name = this.double.names.get(id);
    const number = /Repository(\d+)$/.exec(Buffer.from(id, "base64").toString())?.[1];
    const path = name ? `/repos/${name}` : number && `/repositories/${number}`;
    const { status, data } = path ? await this.rest("GET", path) : { status: 404 };
    if (status === 200 && data.node_id === id) return { __typename: "Repository", ...data };
    if (status === 200 || status === 404) {
      throw failure("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
    }
    throw refusal({ status, data }, id);
  }

  async rate() {
    const { status, data } = await this.rest("GET", "/rate_limit");
    const rate = (status === 200 && (data.resources?.graphql ?? data.rate)) || { limit: 5000, remaining: 5000, used: 0 };
    return { ...rate, used: rate.used ?? 0, resetAt: new Date((rate.reset ?? Date.now() / 1000) * 1000).toISOString() };
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
  constructor(upstream) {
    this.upstream = upstream.replace(/\/+$/, "");
    this.names = new Map(); // node id of a repository -> its name, as far as it was seen
    this.enterprise = false;
    this.last = Promise.resolve();
  }

  // Do something while no other ref is written through here.
  alone(work) {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
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
      response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(answer));
      return;
    }
    const pass = () => this.pass(request, body, response);
    await (request.method !== "GET" && REF_WRITE.test(pathname) ? this.alone(pass) : pass());
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
    return { status: 200, answer: failures ? { ...answer, errors: failures.map(failed) } : answer };
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
export async function serve(upstream, port = 0) {
  const double = new Double(upstream);
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
  const { values } = parseArgs({ options: { upstream: { type: "string" }, port: { type: "string", default: "0" } } });
  if (!values.upstream) {
    console.error("usage: node graphql.mjs --upstream URL [--port P]");
    process.exit(2);
  }
  process.on("SIGTERM", () => process.exit(0));
  console.log(await serve(values.upstream, Number(values.port)));
}
