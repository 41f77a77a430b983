import { writeFile } from "node:fs/promises";
import { dirname, extname, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { newCircuitText } from "../new-circuit-text.ts";
import { addParameterOption } from "../parameter-option.ts";

export const newCommand: CommandDefinition = {
  name: "new",
  summary: "write a small commented circuit to start from",
  examples: [
    ["settle new mine", "writes mine.json"],
    ["settle new mine --from conv-ngc", "a copy of a predefined circuit under your name"],
    ["settle new mine --from family.ts --set depth=4", "one circuit of a family"],
  ],
  define(command) {
    command
      .argument("<name>", "letters, digits and hyphens; the file is NAME.json")
      .option("--from <circuit>", "copy this circuit (a file or a predefined name)");
    addParameterOption(command);
  },
  async run(context, command) {
    const { circuitSchemaFile, copyCircuit, settleError } = await import("@settle/settle");
    const { from } = command.opts<{ from?: string }>();
    const asked = command.args[0] ?? "";
    const file = extname(asked) === "" ? `${asked}.json` : asked;
    const path = resolve(context.terminal.cwd, file);
    const name = file.slice(file.lastIndexOf("/") + 1, -extname(file).length);
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name) || ![".json", ".jsonc"].includes(extname(file))) {
      throw settleError("new/bad-name", `"${asked}" cannot name a circuit.`, {
        help: "use letters, digits and hyphens, beginning with a letter: `settle new my-circuit` writes my-circuit.json.",
      });
    }
    const schema = schemaReference(circuitSchemaFile, dirname(path));
    const text =
      from === undefined ? newCircuitText(name, schema) : await copyCircuit(from, { name, schema, ...context.loading });
    try {
      await writeFile(path, text, { flag: "wx" });
    } catch (fault) {
      const code = (fault as NodeJS.ErrnoException).code;
      if (code === "EEXIST") {
        throw settleError("output/exists", `"${file}" exists already; it was left as it is.`, {
          help: "choose another name, or move the file away.",
          cause: fault,
        });
      }
      throw settleError("output/unwritable", `"${file}" cannot be written: ${(fault as Error).message}.`, {
        cause: fault,
      });
    }
    context.print(
      `Wrote ${file}. Next: settle check ${file} · settle explain ${file} --after derive · settle train ${file} --data color-mnist`,
    );
    context.document({ file });
    return exitCodes.done;
  },
};

/** What `$schema` says: a relative path for a file inside Settle, so that a moved clone still works; else a URL. */
function schemaReference(schemaFile: string, folder: string): string {
  const root = resolve(dirname(schemaFile), "../../..");
  const inside = folder === root || folder.startsWith(root + sep);
  return inside ? relative(folder, schemaFile).split(sep).join("/") : pathToFileURL(schemaFile).href;
}
