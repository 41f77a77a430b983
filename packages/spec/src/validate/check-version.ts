import { circuitVersion } from "../schema/circuit-schema.ts";
import type { Fault } from "./fault.ts";

/** What is wrong with a document before its fields can be judged: it is no object, or of a version that is not known. */
export function checkVersion(document: unknown): Fault | undefined {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return {
      code: "schema/not-a-circuit",
      path: [],
      message: `A circuit is an object; this is ${Array.isArray(document) ? "a list" : JSON.stringify(document)}.`,
      help: 'begin with { "version": 1, "name": …, "states": … }; "settle new" writes one.',
    };
  }
  if (!("version" in document)) {
    return {
      code: "schema/missing-version",
      path: ["version"],
      message: "The circuit does not say which version of the language it is written in.",
      help: `add "version": ${circuitVersion}.`,
      repair: [{ op: "add", path: "/version", value: circuitVersion }],
    };
  }
  const { version } = document;
  if (typeof version === "number" && version > circuitVersion) {
    return {
      code: "schema/newer-version",
      path: ["version"],
      message: `The circuit is written in version ${version} of the language; this Settle reads version ${circuitVersion}.`,
      help: "update Settle: git pull, then npm run setup.",
    };
  }
  return undefined;
}
