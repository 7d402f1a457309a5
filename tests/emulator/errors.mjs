// Errors in the shape in which GitHub's GraphQL gives them: `type` beside `path`, `locations` and `message`.
import { GraphQLError } from "graphql";

export const BROKEN =
  "Something went wrong while executing your query. Please include the request id when reporting this issue.";

export function failure(type, message) {
  return new GraphQLError(message, { extensions: { type } });
}

// What the REST API's refusal would be here; `name` is what it was about.
export function refusal({ status, data }, name) {
  const said = [data?.message, ...(data?.errors ?? []).map((each) => each.message ?? each)].filter(Boolean).join(": ");
  if (status === 404) return failure("NOT_FOUND", `Could not resolve to a node: ${name}`);
  if (status === 429 || (status === 403 && /rate limit/i.test(said))) return failure("RATE_LIMITED", said);
  if (status === 401 || status === 403) return failure("FORBIDDEN", said);
  return status < 500 ? failure("UNPROCESSABLE", said) : new GraphQLError(BROKEN);
}

export function shown(error) {
  const { type } = error.extensions ?? {};
  const extensions = type === "FORBIDDEN" ? { saml_failure: false } : undefined;
  const broken = error.originalError && !(error.originalError instanceof GraphQLError);
  const told = { path: error.path, extensions, locations: error.locations, message: broken ? BROKEN : error.message };
  return type ? { type, ...told } : told;
}
