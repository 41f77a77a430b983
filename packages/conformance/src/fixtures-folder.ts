/** Where the conformance files that come with the package lie. */
import { fileURLToPath } from "node:url";

export const fixturesFolder: string = fileURLToPath(new URL("../fixtures", import.meta.url));
