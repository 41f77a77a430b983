/** Every field and word of a JSON Schema, and those that a document uses. */

type Schema = Readonly<Record<string, unknown>>;

/** Fields as `Stage/kind=conv2d/kernel`, words of a list as `Synapse/…/padding=same`. */
export function placesOf(schema: Schema): ReadonlySet<string> {
  const places = new Set<string>();
  const seen = new Set<string>();
  const walk = (node: Schema, place: string): void => {
    const [meant, at] = resolved(schema, node, place);
    if ("$ref" in node) {
      if (seen.has(at)) return;
      seen.add(at);
    }
    for (const word of wordsOf(meant)) places.add(`${at}=${word}`);
    for (const [name, field] of fieldsOf(meant)) {
      if ("not" in field) continue;
      places.add(`${at}/${name}`);
      walk(field, `${at}/${name}`);
    }
    for (const [inner, innerAt] of insideOf(meant, at)) walk(inner, innerAt);
  };
  walk(schema, "");
  return places;
}

/** Adds the places that a document, which the schema takes, has something at. */
export function markPlaces(schema: Schema, document: unknown, places: Set<string>): void {
  const walk = (node: Schema, value: unknown, place: string): void => {
    const [meant, at] = resolved(schema, node, place);
    for (const word of wordsOf(meant)) if (word === String(value)) places.add(`${at}=${word}`);
    const branches = branchesOf(meant, at).filter(([branch]) => takes(schema, branch, value));
    for (const [branch, branchAt] of branches) walk(branch, value, branchAt);
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      const items = meant["prefixItems"] ?? [];
      value.forEach((each, k) => {
        const item = (items as readonly Schema[])[k] ?? meant["items"];
        if (typeof item === "object") walk(item as Schema, each, `${at}[]`);
      });
      return;
    }
    const fields = new Map(fieldsOf(meant));
    for (const [name, inner] of Object.entries(value)) {
      const field = fields.get(name);
      if (field !== undefined) {
        places.add(`${at}/${name}`);
        walk(field, inner, `${at}/${name}`);
      } else if (typeof meant["additionalProperties"] === "object") {
        walk(meant["additionalProperties"] as Schema, inner, `${at}/*`);
      }
    }
  };
  walk(schema, document, "");
}

/** What a reference means, named by its definition. */
function resolved(schema: Schema, node: Schema, place: string): readonly [Schema, string] {
  const reference = node["$ref"];
  if (typeof reference !== "string") return [node, place];
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  return [(schema["$defs"] as Readonly<Record<string, Schema>>)[name]!, name];
}

const fieldsOf = (node: Schema): readonly (readonly [string, Schema])[] =>
  Object.entries((node["properties"] ?? {}) as Readonly<Record<string, Schema>>);

const wordsOf = (node: Schema): readonly string[] =>
  "const" in node ? [String(node["const"])] : ((node["enum"] ?? []) as readonly unknown[]).map(String);

/** Branches are told apart by their kinds. References to parameters may stand anywhere and are left out. */
function branchesOf(node: Schema, at: string): readonly (readonly [Schema, string])[] {
  const branches = ((node["anyOf"] ?? node["oneOf"] ?? []) as readonly Schema[]).filter(
    (branch) => branch["$ref"] !== "#/$defs/ParameterReference",
  );
  return branches.map((branch) => {
    const kind = new Map(fieldsOf(branch)).get("kind");
    const kinds = kind === undefined ? [] : [kind, ...((kind["anyOf"] ?? []) as readonly Schema[])].flatMap(wordsOf);
    return [branch, kinds.length === 0 ? at : `${at}:${kinds.join("|")}`] as const;
  });
}

function insideOf(node: Schema, at: string): readonly (readonly [Schema, string])[] {
  const items = [...((node["prefixItems"] ?? []) as readonly Schema[]), node["items"]].filter(isSchema);
  return [
    ...branchesOf(node, at),
    ...items.map((item) => [item, `${at}[]`] as const),
    ...[node["additionalProperties"]].filter(isSchema).map((each) => [each, `${at}/*`] as const),
  ];
}

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;

/** Whether a branch is meant: by its type, its words and its kind. */
function takes(schema: Schema, branch: Schema, value: unknown): boolean {
  const [meant] = resolved(schema, branch, "");
  const branches = branchesOf(meant, "");
  if (branches.length > 0) return branches.some(([each]) => takes(schema, each, value));
  const words = wordsOf(meant);
  if (words.length > 0) return words.includes(String(value));
  if (Array.isArray(value)) return meant["type"] === "array";
  if (typeof value !== "object" || value === null) return meant["type"] !== "object" && meant["type"] !== "array";
  if (meant["type"] !== "object") return false;
  const fields = new Map(fieldsOf(meant));
  const required = (meant["required"] ?? []) as readonly string[];
  const kind = fields.get("kind");
  return (
    required.every((name) => name in value) &&
    Object.keys(value).every((name) => fields.has(name) || typeof meant["additionalProperties"] === "object") &&
    (kind === undefined || !("kind" in value) || ("not" in kind ? false : takes(schema, kind, value.kind)))
  );
}
