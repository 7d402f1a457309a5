// What is wrong with a GraphQL document, or with the values of its variables, in the words and the shape of GitHub's own
// server, which is made with graphql-ruby: errors with `path`, `extensions`, `locations` and `message`.
import { BREAK, GraphQLError, TypeInfo, coerceInputValue, getNamedType, isNonNullType, print, typeFromAST, visit, visitWithTypeInfo } from "graphql";

// What graphql-js finds: its words -> code, message, what the code is about, and the node where it is another one.
const WORDS = [
  [/^Cannot query field "(\w+)" on type "(\w+)"/, ([, fieldName, typeName]) =>
    ["undefinedField", `Field '${fieldName}' doesn't exist on type '${typeName}'`, { typeName, fieldName }]],
  [/^Unknown argument "(\w+)" on field "\w+\.(\w+)"/, ([, argumentName, name]) =>
    ["argumentNotAccepted", `Field '${name}' doesn't accept argument '${argumentName}'`, { name, typeName: "Field", argumentName }]],
  [/^Field "(\w+)" is not defined by type "(\w+)"/, ([, argumentName, name]) =>
    ["argumentNotAccepted", `InputObject '${name}' doesn't accept argument '${argumentName}'`, { name, typeName: "InputObject", argumentName }]],
  [/^Field "(\w+)" argument "(\w+)" of type/, ([, name, missing]) =>
    ["missingRequiredArguments", `Field '${name}' is missing required arguments: ${missing}`, { className: "Field", name, arguments: missing }]],
  [/^Field "(\w+)\.(\w+)" of required type "(.+)" was not provided/, ([, inputObjectType, argumentName, argumentType]) =>
    ["missingRequiredInputObjectAttribute", `Argument '${argumentName}' on InputObject '${inputObjectType}' is required. Expected type ${argumentType}`,
      { argumentName, argumentType, inputObjectType }]],
  [/^Variable "\$(\w+)" of type "(.+)" used in position expecting type "(.+)"/, ([, variableName, typeName, wanted], { argument }) => {
    const bare = (type) => type.replaceAll("!", "");
    const errorMessage = bare(typeName) === bare(wanted) ? "Nullability mismatch" : "Type mismatch";
    const argumentName = argument?.node.name.value;
    const message = `${errorMessage} on variable $${variableName} and argument ${argumentName} (${typeName} / ${wanted})`;
    return ["variableMismatch", message, { variableName, typeName, argumentName, errorMessage }, argument?.node];
  }],
  [/^Variable "\$(\w+)" is not defined(?: by operation "(\w+)")?/, ([, variableName, by], { operation }) =>
    ["variableNotDefined", `Variable $${variableName} is used by ${by ?? `anonymous ${operation}`} but not declared`, { variableName }]],
  [/^Variable "\$(\w+)" is never used(?: in operation "(\w+)")?/, ([, variableName, by], { operation }) =>
    ["variableNotUsed", `Variable $${variableName} is declared by ${by ?? `anonymous ${operation}`} but not used`, { variableName }]],
  [/^Field "(\w+)" of type "(.+)" must have a selection/, ([, name, type]) => {
    const typeName = type.replace(/[[\]!]/g, "");
    const message = `Field must have selections (field '${name}' returns ${typeName} but has no selections. Did you mean '${name} { ... }'?)`;
    return ["selectionMismatch", message, { nodeName: `field '${name}'`, typeName }];
  }],
  [/^Unknown type "(\w+)"/, ([, typeName], { variable }) =>
    variable
      ? ["variableRequiresValidType", `${typeName} isn't a defined input type (on $${variable})`, { typeName, variableName: variable }]
      : ["undefinedType", `No such type ${typeName}, so it can't be a fragment condition`, { typeName }]],
];

export function invalid(schema, document, error) {
  const place = placed(schema, document, error.nodes.at(-1).kind === "OperationDefinition" ? error.nodes[0] : error.nodes.at(-1));
  const known = WORDS.find(([pattern]) => pattern.test(error.message));
  const [code, message, about, node] = known ? known[1](known[0].exec(error.message), place) : misfit(error, place);
  const path = code === "missingRequiredInputObjectAttribute" ? [...place.path, about.argumentName] : place.path;
  const locations = node ? new GraphQLError("", { nodes: node }).locations : error.locations.slice(0, 1);
  return { path, extensions: { code, ...about }, locations, message };
}

// A value that does not fit its argument; anything else stays in graphql-js's words.
function misfit(error, { argument }) {
  if (!argument) return ["invalidDocument", error.message, {}];
  const { node, owner, name, type } = argument;
  const message = `Argument '${node.name.value}' on ${owner} '${name}' has an invalid value (${print(node.value)}). Expected type '${type}'.`;
  return ["argumentLiteralsIncompatible", message, { typeName: owner, argumentName: node.name.value }, argument.above];
}

// Return where a node is: the path of operation, fields, arguments and places in lists, and the innermost argument around it.
function placed(schema, document, wanted) {
  const info = new TypeInfo(schema);
  const path = [];
  const around = [];
  let found = { path: [] };
  const pieces = {
    OperationDefinition: (node) => node.operation + (node.name ? ` ${node.name.value}` : ""),
    FragmentDefinition: (node) => `fragment ${node.name.value}`,
    InlineFragment: (node) => (node.typeCondition ? `... on ${node.typeCondition.name.value}` : "..."),
    FragmentSpread: (node) => `... ${node.name.value}`,
    Field: (node) => (node.alias ?? node.name).value,
    Argument: (node) => node.name.value,
    ObjectField: (node) => node.name.value,
    ObjectValue: (node, key, parent) => (Array.isArray(parent) ? key : undefined),
  };
  const enter = (node, key, parent, _, ancestors) => {
    const piece = pieces[node.kind]?.(node, key, parent);
    if (piece !== undefined) path.push(piece);
    if (node.kind === "Argument" || node.kind === "ObjectField") {
      const owner = { Argument: "Field", ObjectField: "InputObject" }[node.kind];
      const above = ancestors.findLast((each) => ["Field", "Directive", "ObjectValue"].includes(each.kind));
      const name = owner === "Field" ? (above.alias ?? above.name).value : getNamedType(info.getParentInputType())?.name;
      around.push({ node, above, owner: above.kind === "Directive" ? "Directive" : owner, name, type: info.getInputType() });
    }
    if (node !== wanted) return undefined;
    const within = (kind) => [...ancestors, node].find((each) => each.kind === kind);
    const variable = within("VariableDefinition")?.variable.name.value;
    const operation = within("OperationDefinition")?.operation;
    found = { path: [...path], argument: around.at(-1), variable, operation };
    return BREAK;
  };
  const leave = (node, key, parent) => {
    if (pieces[node.kind]?.(node, key, parent) !== undefined) path.pop();
    if (node.kind === "Argument" || node.kind === "ObjectField") around.pop();
  };
  visit(document, visitWithTypeInfo(info, { enter, leave }));
  return found;
}

// Return what is wrong with the values of an operation's variables.
export function misfits(schema, operation, values) {
  const errors = [];
  for (const definition of operation.variableDefinitions) {
    const name = definition.variable.name.value;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const type = typeFromAST(schema, definition.type);
    const problems = [];
    const wrong = (path, explanation) => problems.push({ path, explanation });
    if (value == null) {
      const lacks = isNonNullType(type) && (value === null || !definition.defaultValue);
      if (lacks) wrong([], "Expected value to not be null");
    } else {
      coerceInputValue(value, type, (path, given, error) => wrong(...explained([...path], given, error)));
    }
    if (!problems.length) continue;
    const inner = problems.filter(({ path }) => path.length).map(({ path, explanation }) => `${path.join(".")} (${explanation})`);
    const message = `Variable $${name} of type ${type} was provided invalid value${inner.length ? ` for ${inner.join(", ")}` : ""}`;
    const { locations } = new GraphQLError("", { nodes: definition });
    errors.push({ extensions: { value: value ?? null, problems }, locations, message });
  }
  return errors;
}

function explained(path, given, { message }) {
  const shown = JSON.stringify(given);
  const lacking = /^Field "(\w+)" of required type/.exec(message);
  const strange = /^Field "(\w+)" is not defined by type "(\w+)"/.exec(message);
  if (lacking) return [[...path, lacking[1]], "Expected value to not be null"];
  if (strange) return [[...path, strange[1]], `Field is not defined on ${strange[2]}`];
  if (/not to be null/.test(message)) return [path, "Expected value to not be null"];
  if (/to be an object/.test(message)) return [path, `Expected ${shown} to be a key-value object.`];
  const scalar = /^(\w+) cannot represent|is not a valid (\w+)$|^Expected type "(\w+)"/.exec(message)?.slice(1).find(Boolean);
  return [path, `Could not coerce value ${shown} to ${scalar}`];
}

const TOKENS = {
  "{": "LCURLY", "}": "RCURLY", "(": "LPAREN", ")": "RPAREN", "[": "LBRACKET", "]": "RBRACKET", ":": "COLON", "$": "VAR_SIGN",
  "@": "DIR_SIGN", "=": "EQUALS", "!": "BANG", "|": "PIPE", "&": "AMP", "...": "ELLIPSIS", Name: "IDENTIFIER", Int: "INT", Float: "FLOAT",
  String: "STRING",
};

export function unparsed({ message, locations }) {
  const [{ line, column }] = locations;
  const at = `at [${line}, ${column}]`;
  const found = /^Syntax Error: (?:Expected "?([^"]+?)"?, found|Unexpected) (?:"(.+)"|(\w+) "(.*)"|(<EOF>))\.$/.exec(message);
  if (!found) return { message: `Parse error ${at}: ${message.replace("Syntax Error: ", "")}`, locations };
  const [, wanted, mark, kind, text, end] = found;
  const actual = end ? 'NOTHING ("")' : `${TOKENS[mark ?? kind] ?? kind} (${JSON.stringify(mark ?? text)})`;
  return { message: `Expected ${wanted && wanted !== "Name" ? (TOKENS[wanted] ?? wanted) : "NAME"}, actual: ${actual} ${at}`, locations };
}
