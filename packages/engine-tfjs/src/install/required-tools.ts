/** The programs of the machine that an installation needs. */
import { settleError } from "@settle/diagnostics";
import { runCommand } from "./run-command.ts";

export interface Tools {
  /** Command line of pip. */
  readonly pip: readonly [string, ...string[]];
  readonly compiler: string;
}

interface Tool {
  readonly name: string;
  readonly purpose: string;
  readonly remedy: string;
  /** Command lines that would do; the first that answers is taken. */
  readonly candidates: readonly (readonly [string, ...string[]])[];
  readonly probe: readonly string[];
}

const pip: Tool = {
  name: "pip",
  purpose: "to fetch TensorFlow's libraries from PyPI",
  remedy: "install Python 3 with pip: apt-get install python3-pip, dnf install python3-pip or python.org",
  candidates: [["python3", "-m", "pip"], ["pip3"], ["pip"], ["python", "-m", "pip"]],
  probe: ["--version"],
};

const compiler: Tool = {
  name: "g++",
  purpose: "to build the addon that joins Node and TensorFlow",
  remedy: "install a C++ compiler: apt-get install g++ or dnf install gcc-c++",
  candidates: [["g++"], ["c++"], ["clang++"]],
  probe: ["--version"],
};

const unzip: Tool = {
  name: "unzip",
  purpose: "to unpack the libraries",
  remedy: "install it: apt-get install unzip or dnf install unzip",
  candidates: [["unzip"]],
  probe: ["-v"],
};

const npm: Tool = {
  name: "npm",
  purpose: "to fetch the addon's sources",
  remedy: "install npm; it comes with Node",
  candidates: [["npm"]],
  probe: ["--version"],
};

/**
 * @param platform  operating system and processor as Node names them: `linux x64`
 * @throws {SettleError} `install/unsupported-platform`, `install/missing-tool` naming all that are missing
 */
export async function requiredTools(platform: string): Promise<Tools> {
  if (platform !== "linux x64") {
    throw settleError(
      "install/unsupported-platform",
      `Settle can install TensorFlow on 64-bit Intel and AMD machines with Linux; this is ${platform}.`,
      {
        help: "add @tensorflow/tfjs-node to your project and let its install script run (pnpm approve-builds); `--engine tfjs:wasm` needs no installation",
      },
    );
  }
  const found = await Promise.all([pip, compiler, unzip, npm].map(async (tool) => [tool, await find(tool)] as const));
  const missing = found.filter(([, command]) => command === undefined).map(([tool]) => tool);
  const [pipCommand, compilerCommand] = found.map(([, command]) => command);
  if (missing.length > 0 || pipCommand === undefined || compilerCommand === undefined) {
    const list = missing.map(({ name, purpose }) => `${name} (${purpose})`).join(", ");
    throw settleError("install/missing-tool", `To install TensorFlow this machine lacks ${list}.`, {
      help: missing.map(({ name, remedy }) => `${name}: ${remedy}`).join("\n"),
    });
  }
  return { pip: pipCommand, compiler: compilerCommand[0] };
}

async function find({ candidates, probe }: Tool): Promise<readonly [string, ...string[]] | undefined> {
  for (const candidate of candidates) {
    const [command, ...rest] = candidate;
    const { code } = await runCommand(command, [...rest, ...probe]);
    if (code === 0) return candidate;
  }
  return undefined;
}

export function thisPlatform(): string {
  return `${process.platform} ${process.arch}`;
}
