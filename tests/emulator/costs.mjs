// What a document costs, and whether it asks for too much, before it is executed: GitHub's own rules.
// https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
import { TypeInfo, getArgumentValues, getNamedType, visit, visitWithTypeInfo } from "graphql";
import { failure } from "./errors.mjs";

const LARGEST_PAGE = 100;
const MOST_NODES = 500_000;

/** Return the points that an operation costs, the nodes that it asks for, and what of it is refused. */
export function priced(schema, document, operation, variables) {
  const info = new TypeInfo(schema);
  const errors = [];
  const around = [1]; // how many times what is asked for now is asked for
  let requests = 0;
  let nodes = 0;
  const Field = {
    enter(node) {
      const size = pageSize(node, info, variables, errors);
      if (size === null) return;
      if (size) requests += around.at(-1);
      nodes += around.at(-1) * size;
      around.push(around.at(-1) * size);
    },
    leave(node) {
      if (isConnection(info)) around.pop();
    },
  };
  visit(withFragments(document, operation), visitWithTypeInfo(info, { Field }));
  if (nodes > MOST_NODES) {
    const message = `This query requests up to ${nodes.toLocaleString("en-US")} possible nodes which exceeds the maximum limit of 500,000.`;
    errors.push(failure("MAX_NODE_LIMIT_EXCEEDED", message));
  }
  return { cost: Math.max(1, Math.round(requests / 100)), nodes, errors };
}

function isConnection(info) {
  return /Connection$/.test(getNamedType(info.getType())?.name ?? "");
}

// Return how many elements a connection may have; null for a field that is none. Only to count them takes no page.
function pageSize(node, info, variables, errors) {
  if (!isConnection(info)) return null;
  if (node.selectionSet.selections.every((each) => each.name?.value === "totalCount")) return 0;
  const { first, last } = getArgumentValues(info.getFieldDef(), node, variables);
  const size = first ?? last;
  const name = node.name.value;
  if (size == null) {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    errors.push(failure("MISSING_PAGINATION_BOUNDARIES", message));
  } else if (size > LARGEST_PAGE) {
    const which = first == null ? "last" : "first";
    const message = `Requesting ${size} records on the \`${name}\` connection exceeds the \`${which}\` limit of ${LARGEST_PAGE} records.`;
    errors.push(failure("EXCESSIVE_PAGINATION", message));
  }
  return Math.min(Math.max(size ?? 0, 0), LARGEST_PAGE);
}

// Return the operation alone, with its fragments written out in their places.
function withFragments(document, operation) {
  const fragments = new Map(document.definitions.filter((each) => each.kind === "FragmentDefinition").map((each) => [each.name.value, each]));
  const FragmentSpread = (node) => {
    const { typeCondition, selectionSet } = fragments.get(node.name.value);
    return { kind: "InlineFragment", typeCondition, directives: node.directives, selectionSet };
  };
  return visit(operation, { FragmentSpread });
}
