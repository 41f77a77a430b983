import { circuitDocument, type DocumentKind } from "./document-kind.ts";
import type { Fault } from "./fault.ts";

/** What is wrong with a document before its fields can be judged: it is no object, or of a version that is not known. */
export function checkVersion(document: unknown, kind: DocumentKind = circuitDocument): Fault | undefined {
  const { noun, article, version: known, beginning } = kind;
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return {
      code: "schema/not-a-circuit",
      path: [],
      message: `${article.charAt(0).toUpperCase()}${article.slice(1)} is an object; this is ${Array.isArray(document) ? "a list" : JSON.stringify(document)}.`,
      help: `begin with ${beginning}.`,
    };
  }
  if (!("version" in document)) {
    return {
      code: "schema/missing-version",
      path: ["version"],
      message: `The ${noun} does not say which version of the language it is written in.`,
      help: `add "version": ${known}.`,
      repair: [{ op: "add", path: "/version", value: known }],
    };
  }
  const { version } = document;
  if (typeof version === "number" && version > known) {
    return {
      code: "schema/newer-version",
      path: ["version"],
      message: `The ${noun} is written in version ${version} of the language; this Settle reads version ${known}.`,
      help: "update Settle: git pull, then npm run setup.",
    };
  }
  return undefined;
}
