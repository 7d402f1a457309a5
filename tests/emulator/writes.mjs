// What can be done through GitHub's GraphQL here, and how GitHub refuses it.
import { failure, refusal } from "./errors.mjs";
import { commit, ref, refPath } from "./objects.mjs";

const ZERO = "0".repeat(40);

export const WRITES = {
  Mutation: {
    updateRefs: async (_, { input }, api) => {
      const repository = await api.node(input.repositoryId);
      await api.alone(() => updateRefs(repository.full_name, input.refUpdates, api));
      return made(input);
    },
    createCommitOnBranch: (_, { input }, api) => api.alone(async () => made(input, await createCommit(input, api))),
    createPullRequest: (_, { input }, api) => api.alone(async () => made(input, await createPull(input, api))),
    updatePullRequest: async (_, { input }, api) => {
      const { repository, number } = await api.node(input.pullRequestId);
      const { title, body, state, baseRefName: base } = input;
      const content = { title, body, base, state: state?.toLowerCase() };
      const path = `/repos/${repository.full_name}/pulls/${number}`;
      const data = await api.done("PATCH", path, content, "the pull request");
      return made(input, { pullRequest: { __typename: "PullRequest", ...data, repository } });
    },
    addComment: async (_, { input }, api) => {
      const subject = await api.node(input.subjectId);
      const path = `/repos/${subject.repository.full_name}/issues/${subject.number}/comments`;
      const data = await api.done("POST", path, { body: input.body }, "the issue");
      const issue = { ...subject, comments: (subject.comments ?? 0) + 1 };
      return made(input, { subject: issue, commentEdge: { node: { __typename: "IssueComment", ...data, issue } } });
    },
    updateIssueComment: async (_, { input }, api) => {
      const { repository, ...comment } = await api.node(input.id);
      const path = `/repos/${repository.full_name}/issues/comments/${comment.id}`;
      const data = await api.done("PATCH", path, { body: input.body }, "the comment");
      const number = Number(String(data.issue_url).split("/").pop());
      const { data: issue } = await api.rest("GET", `/repos/${repository.full_name}/issues/${number}`);
      return made(input, { issueComment: { __typename: "IssueComment", ...data, issue: { __typename: "Issue", ...issue, repository } } });
    },
  },
  UpdateRefsPayload: given("clientMutationId"),
  CreateCommitOnBranchPayload: given("clientMutationId", "commit", "ref"),
  CreatePullRequestPayload: given("clientMutationId", "pullRequest"),
  UpdatePullRequestPayload: given("clientMutationId", "pullRequest"),
  AddCommentPayload: given("clientMutationId", "commentEdge", "subject"),
  IssueCommentEdge: given("node"),
  UpdateIssueCommentPayload: given("clientMutationId", "issueComment"),
};

function given(...names) {
  return Object.fromEntries(names.map((name) => [name, (payload) => payload[name] ?? null]));
}

function made(input, payload = {}) {
  return { clientMutationId: input.clientMutationId, ...payload };
}

// ---------------------------------------------------------------- refs

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

// ---------------------------------------------------------------- commits and pull requests

// One more commit on a branch whose head is the expected one: whole files, as plain ones whatever they were before.
async function createCommit({ branch, expectedHeadOid, fileChanges, message }, api) {
  const { repository, name } = await committable(branch, api);
  const head = (await api.rest("GET", refPath(repository.full_name, "ref", name))).data?.object?.sha;
  if (!head) throw failure("NOT_FOUND", `Could not resolve to a Ref with the name '${name}'.`);
  if (head !== expectedHeadOid) {
    throw failure("STALE_DATA", `Expected branch to point to "${expectedHeadOid}" but it did not. Pull and try again.`);
  }
  const git = `/repos/${repository.full_name}/git`;
  const { tree: before } = await api.done("GET", `${git}/commits/${head}`, undefined, head);
  const there = await api.done("GET", `${git}/trees/${before.sha}?recursive=1`, undefined, head);
  const changes = [];
  for (const { path, contents } of fileChanges?.additions ?? []) {
    const { sha } = await api.done("POST", `${git}/blobs`, { content: contents, encoding: "base64" }, path);
    changes.push({ path, mode: "100644", type: "blob", sha });
  }
  for (const { path } of fileChanges?.deletions ?? []) {
    if (!there.tree.some((entry) => entry.path === path && entry.type === "blob")) {
      throw failure("UNPROCESSABLE", `A path was requested for deletion which does not exist as of commit oid \`${head}\``);
    }
    changes.push({ path, mode: "100644", type: "blob", sha: null });
  }
  let tree = before.sha;
  if (changes.length) tree = (await api.done("POST", `${git}/trees`, { base_tree: before.sha, tree: changes }, name)).sha;
  const said = message.body ? `${message.headline}\n\n${message.body}` : message.headline;
  const { sha } = await api.done("POST", `${git}/commits`, { message: said, tree, parents: [head] }, name);
  await api.done("PATCH", refPath(repository.full_name, "refs", name), { sha, force: false }, name);
  return { commit: await commit(repository, sha, api), ref: await ref(repository, name, api) };
}

async function committable({ id, branchName, repositoryNameWithOwner }, api) {
  if (id || !branchName || !repositoryNameWithOwner) {
    throw failure("UNPROCESSABLE", "This test double knows a branch by its name and its repository's.");
  }
  const repository = await api.repository(...repositoryNameWithOwner.split("/"));
  return { repository, name: `refs/heads/${branchName.replace(/^refs\/heads\//, "")}` };
}

async function createPull({ repositoryId, headRefName: head, baseRefName: base, title, body, draft }, api) {
  const repository = await api.node(repositoryId);
  const heads = await Promise.all([head, base].map((name) => ref(repository, `refs/heads/${name}`, api)));
  if (!heads.every(Boolean)) {
    throw failure("UNPROCESSABLE", `Head sha can't be blank, Base sha can't be blank, No commits between ${base} and ${head}`);
  }
  const [from, to] = heads.map((each) => each.object.sha);
  const newest = await api.done("GET", `/repos/${repository.full_name}/git/commits/${to}`, undefined, base);
  if (await api.descends(repository.full_name, from, newest)) {
    throw failure("UNPROCESSABLE", `No commits between ${base} and ${head}`);
  }
  const open = await api.list(`/repos/${repository.full_name}/pulls?state=open`);
  if (open.some((each) => each.head.ref === head && each.head.repo?.id === repository.id)) {
    throw failure("UNPROCESSABLE", `A pull request already exists for ${repository.owner.login}:${head}.`);
  }
  const data = await api.done("POST", `/repos/${repository.full_name}/pulls`, { title, body, head, base, draft }, head);
  return { pullRequest: { __typename: "PullRequest", ...data, repository } };
}
