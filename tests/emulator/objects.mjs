// What can be asked of GitHub's GraphQL here: type -> field -> (what the type was made of, arguments, api) -> value.
// Types are made of the REST API's own JSON.
import { failure, refusal } from "./errors.mjs";

export const REF = /^refs(\/(?!\.)(?!.*\.\.)[^\s~^:?*[\\/]+)+$/;
const LONGEST_TEXT = 512 * 1024; // of a blob, in bytes; a longer one is cut
const PULL_STATES = { OPEN: "open", CLOSED: "closed", MERGED: "closed" };

export const READS = {
  Query: {
    viewer: (_, __, api) => api.found("/user", "You are not authenticated as a user."),
    rateLimit: (_, { dryRun }, api) => api.rate(dryRun),
    repository: (_, { owner, name, followRenames }, api) => api.repository(owner, name, followRenames),
    node: (_, { id }, api) => api.node(id),
    nodes: (_, { ids }, api) => ids.map((id) => api.node(id)),
  },
  PageInfo: same("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"),
  RateLimit: same("cost", "limit", "nodeCount", "remaining", "resetAt", "used"),
  User: {
    id: (user) => user.node_id,
    databaseId: (user) => user.id,
    login: (user) => user.login,
    name: (user) => user.name ?? null,
    url: (user) => user.html_url,
  },
  Bot: {
    id: (user) => user.node_id,
    databaseId: (user) => user.id,
    login: (user) => user.login.replace(/\[bot\]$/, ""),
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
    hasIssuesEnabled: (repository) => repository.has_issues !== false,
    defaultBranchRef: (repository, _, api) => ref(repository, `refs/heads/${repository.default_branch}`, api),
    ref: (repository, { qualifiedName }, api) => ref(repository, qualifiedName, api),
    refs: async (repository, args, api) => connection(await refs(repository, args, api), args),
    issue: (repository, { number }, api) => issue(repository, number, api),
    issues: async (repository, args, api) => connection(await issues(repository, args, api), args),
    pullRequest: (repository, { number }, api) => pull(repository, number, api),
    pullRequests: async (repository, args, api) => connection(await pulls(repository, args, api), args),
    object: (repository, args, api) => object(repository, args, api),
  },
  Ref: {
    id: (found) => found.node_id || nodeId("Ref", `${found.repository.full_name}:${found.ref}`),
    name: (found) => found.ref.slice((found.prefix ?? prefix(found)).length),
    prefix: (found) => found.prefix ?? prefix(found),
    repository: (found) => found.repository,
    target: (found, _, api) => (found.object.type === "tag" ? { __typename: "Tag", oid: found.object.sha } : commit(found.repository, found.object.sha, api)),
    associatedPullRequests: async (found, args, api) => {
      const name = found.ref.replace(/^refs\/heads\//, "");
      return connection(await pulls(found.repository, { ...args, headRefName: name }, api), args);
    },
  },
  Commit: {
    ...object_ids("Commit"),
    message: (found) => found.message,
    tree: (found, _, api) => tree(found.repository, found.tree.sha, api),
    committedDate: (found) => found.committer.date,
    parents: async (found, args, api) => {
      const parents = found.parents.map(({ sha }) => commit(found.repository, sha, api));
      return connection(await Promise.all(parents), args);
    },
    repository: (found) => found.repository,
  },
  Tag: object_ids("Tag"),
  Tree: { ...object_ids("Tree"), entries: (found) => found.tree.map((entry) => ({ ...entry, repository: found.repository })) },
  TreeEntry: {
    name: (entry) => entry.path,
    oid: (entry) => entry.sha,
    mode: (entry) => Number.parseInt(entry.mode, 8),
    type: (entry) => entry.type,
    size: (entry) => entry.size ?? 0,
    object: (entry, _, api) => object(entry.repository, { oid: entry.sha }, api),
  },
  Blob: {
    ...object_ids("Blob"),
    byteSize: (blob) => blob.data.length,
    isBinary: (blob) => isBinary(blob.data),
    isTruncated: (blob) => blob.data.length > LONGEST_TEXT,
    text: (blob) => (isBinary(blob.data) ? null : blob.data.subarray(0, LONGEST_TEXT).toString()),
  },
  Issue: {
    ...written(),
    id: (issue) => nodeId("Issue", `${issue.repository.full_name}:${issue.number}`),
    number: (issue) => issue.number,
    title: (issue) => issue.title,
    state: (issue) => issue.state.toUpperCase(),
    stateReason: (issue) => issue.state_reason?.toUpperCase() ?? null,
    closedAt: (issue) => issue.closed_at,
    lastEditedAt: () => null,
    labels: (issue, args) => connection(issue.labels.map((label) => ({ __typename: "Label", ...label })), args),
    comments: async (issue, args, api) => {
      const path = `/repos/${issue.repository.full_name}/issues/${issue.number}/comments`;
      const all = issue.comments === 0 ? [] : await api.list(path);
      return connection(all.map((each) => ({ __typename: "IssueComment", ...each, issue })), args);
    },
  },
  Label: { id: (label) => label.node_id, name: (label) => label.name },
  IssueComment: {
    ...written(),
    id: (comment) => nodeId("IssueComment", `${comment.issue.repository.full_name}:${comment.id}`),
    fullDatabaseId: (comment) => String(comment.id),
    issue: (comment) => comment.issue,
    viewerDidAuthor: async (comment, _, api) => {
      const { status, data } = await api.get("/user");
      return status === 200 && comment.user?.login === data.login;
    },
  },
  PullRequest: {
    ...written(),
    id: (pull) => nodeId("PullRequest", `${pull.repository.full_name}:${pull.number}`),
    number: (pull) => pull.number,
    title: (pull) => pull.title,
    state: (pull) => (pull.merged_at ? "MERGED" : pull.state.toUpperCase()),
    merged: (pull) => Boolean(pull.merged_at),
    closedAt: (pull) => pull.closed_at,
    isDraft: (pull) => Boolean(pull.draft),
    isCrossRepository: (pull) => pull.head.repo?.id !== pull.base.repo.id,
    headRefName: (pull) => pull.head.ref,
    headRefOid: (pull) => pull.head.sha,
    baseRefName: (pull) => pull.base.ref,
  },
};

function same(...names) {
  return Object.fromEntries(names.map((name) => [name, (made) => made[name]]));
}

function object_ids(type) {
  return {
    id: (found) => nodeId(type, found.oid),
    oid: (found) => found.oid,
    abbreviatedOid: (found) => found.oid.slice(0, 7),
  };
}

// What issues, pull requests and comments have in common.
function written() {
  return {
    body: (found) => found.body ?? "",
    author: (found) => (found.user ? { __typename: found.user.type === "Bot" ? "Bot" : "User", ...found.user } : null),
    authorAssociation: (found) => found.author_association ?? "NONE",
    createdAt: (found) => found.created_at,
    updatedAt: (found) => found.updated_at,
    url: (found) => found.html_url,
  };
}

function prefix(found) {
  return `${found.ref.split("/").slice(0, 2).join("/")}/`;
}

export function nodeId(type, name) {
  return Buffer.from(`0:${type}${name}`).toString("base64").replace(/=+$/, "");
}

// ---------------------------------------------------------------- connections

export const CONNECTION = same("nodes", "totalCount", "pageInfo");

// A cursor is the place of an element, from 1.
function connection(all, { first, last, after, before }) {
  const from = after ? place(after) : 0;
  const to = before ? place(before) - 1 : all.length;
  let start = Math.max(from, 0);
  let end = Math.min(to, all.length);
  if (first != null) end = Math.min(end, start + first);
  if (last != null) start = Math.max(start, end - last);
  const nodes = all.slice(start, end);
  const cursor = (at) => (nodes.length ? Buffer.from(`cursor:${at}`).toString("base64") : null);
  const pageInfo = { hasNextPage: end < to, hasPreviousPage: start > from, startCursor: cursor(start + 1), endCursor: cursor(end) };
  return { nodes, totalCount: all.length, pageInfo };
}

function place(cursor) {
  const found = /^cursor:(\d+)$/.exec(Buffer.from(cursor, "base64").toString());
  if (!found) throw failure("INVALID_CURSOR_ARGUMENTS", `\`${cursor}\` does not appear to be a valid cursor.`);
  return Number(found[1]);
}

// ---------------------------------------------------------------- issues and pull requests

// Find by its id what is no repository.
export async function byId(id, api) {
  const [, type, name, number] = /^0:(IssueComment|Issue|PullRequest)([^:]+\/[^:]+):(\d+)$/.exec(Buffer.from(id, "base64")) ?? [];
  if (!type) return null;
  const repository = await api.repository(...name.split("/"));
  if (type === "Issue") return issue(repository, number, api);
  if (type === "PullRequest") return pull(repository, number, api);
  const { status, data } = await api.rest("GET", `/repos/${name}/issues/comments/${number}`);
  return status === 200 ? { __typename: type, ...data, repository } : null;
}

async function issue(repository, number, api) {
  const { status, data } = await api.get(`/repos/${repository.full_name}/issues/${number}`);
  if (status === 200 && !data.pull_request) return { __typename: "Issue", ...data, repository };
  if ([200, 301, 404, 410].includes(status)) throw failure("NOT_FOUND", `Could not resolve to an Issue with the number of ${number}.`);
  throw refusal({ status, data }, `issue ${number}`);
}

async function issues(repository, { states, labels, orderBy }, api) {
  const wanted = states?.map((state) => state.toLowerCase());
  const state = wanted?.length === 1 ? wanted[0] : "all";
  const found = await api.list(`/repos/${repository.full_name}/issues?state=${state}&sort=created&direction=asc`);
  const kept = found.filter((each) => !each.pull_request && (!labels || each.labels.some(({ name }) => labels.includes(name))));
  return ordered(kept, orderBy).map((each) => ({ __typename: "Issue", ...each, repository }));
}

async function pull(repository, number, api) {
  const { status, data } = await api.get(`/repos/${repository.full_name}/pulls/${number}`);
  if (status === 200) return { __typename: "PullRequest", ...data, repository };
  if (status === 404) throw failure("NOT_FOUND", `Could not resolve to a PullRequest with the number of ${number}.`);
  throw refusal({ status, data }, `pull request ${number}`);
}

async function pulls(repository, { states, headRefName, orderBy }, api) {
  const wanted = new Set(states?.map((state) => PULL_STATES[state]));
  const state = wanted.size === 1 ? [...wanted][0] : "all";
  const found = await api.list(`/repos/${repository.full_name}/pulls?state=${state}&sort=created&direction=asc`);
  const kept = found.filter(
    (each) => (!headRefName || each.head.ref === headRefName) && (!states || states.includes(READS.PullRequest.state(each))),
  );
  return ordered(kept, orderBy).map((each) => ({ __typename: "PullRequest", ...each, repository }));
}

function ordered(found, orderBy) {
  const by = { CREATED_AT: "created_at", UPDATED_AT: "updated_at" }[orderBy?.field ?? "CREATED_AT"];
  const sorted = [...found].sort((one, other) => one[by].localeCompare(other[by]) || one.number - other.number);
  return orderBy?.direction === "DESC" ? sorted.reverse() : sorted;
}

// ---------------------------------------------------------------- git

export function refPath(repository, kind, name) {
  return `/repos/${repository}/git/${kind}/${name.split("/").slice(1).map(encodeURIComponent).join("/")}`;
}

export async function ref(repository, name, api) {
  if (!REF.test(`refs/${name}`)) return null;
  const names = name.startsWith("refs/") ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
  for (const each of names) {
    const { status, data } = await api.get(refPath(repository.full_name, "ref", each));
    if (status === 200) return { __typename: "Ref", ...data, repository };
    if (status !== 404) throw refusal({ status, data }, name);
  }
  return null;
}

async function refs(repository, { refPrefix, direction }, api) {
  const { status, data } = await api.get(refPath(repository.full_name, "matching-refs", refPrefix));
  if (status !== 200) throw refusal({ status, data }, refPrefix);
  const found = data.filter((each) => each.ref.startsWith(refPrefix)).sort((one, other) => (one.ref < other.ref ? -1 : 1));
  const sorted = direction === "DESC" ? found.reverse() : found;
  return sorted.map((each) => ({ __typename: "Ref", ...each, prefix: refPrefix, repository }));
}

// Read what git has by its id, or by an expression: `HEAD`, `BRANCH`, `COMMIT`, each alone or with `:PATH`.
async function object(repository, { oid, expression }, api) {
  if (oid) {
    for (const read of [commit, tree, blob]) {
      const found = await read(repository, oid, api, true);
      if (found) return found;
    }
    return null;
  }
  const [revision, ...path] = (expression ?? "HEAD").split(":");
  const branch = revision === "HEAD" ? repository.default_branch : revision;
  const head = (await ref(repository, branch, api))?.object.sha ?? branch;
  const top = /^[0-9a-f]{40}$/.test(head) ? await commit(repository, head, api, true) : null;
  if (!top || !path.length) return top;
  let found = { mode: "040000", sha: top.tree.sha };
  for (const name of path.join(":").split("/").filter(Boolean)) {
    const inside = found.mode === "040000" ? (await tree(repository, found.sha, api)).tree : [];
    found = inside.find((entry) => entry.path === name);
    if (!found) return null;
  }
  if (found.mode === "160000") return null;
  return (found.mode === "040000" ? tree : blob)(repository, found.sha, api);
}

export function commit(repository, oid, api, perhaps) {
  return stored(repository, "commits", "Commit", oid, api, perhaps);
}

function tree(repository, oid, api, perhaps) {
  return stored(repository, "trees", "Tree", oid, api, perhaps);
}

async function blob(repository, oid, api, perhaps) {
  const found = await stored(repository, "blobs", "Blob", oid, api, perhaps);
  return found && { ...found, data: Buffer.from(found.content, found.encoding) };
}

async function stored(repository, kind, type, oid, api, perhaps) {
  const { status, data } = await api.get(`/repos/${repository.full_name}/git/${kind}/${oid}`);
  if (status === 200) return { __typename: type, ...data, oid, repository };
  if (perhaps && status === 404) return null;
  throw refusal({ status, data }, oid);
}

// As git tells it: by a zero among the first bytes.
function isBinary(data) {
  return data.subarray(0, 8000).includes(0);
}
