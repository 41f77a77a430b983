/**
 * A process that is timed by lines of JSON: it says `{"kind": "ready", …}` when it could start (or `{"kind": "missing",
 * "reason"}`), then answers each request with one line, `{"fault": TEXT}` where it cannot serve it.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";

/** How to start one. */
export interface WorkerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The first line of a worker. */
export type Greeting =
  | {
      readonly kind: "ready";
      readonly version: string;
      /** Loading its libraries; and from there to the first result, compiling included. */
      readonly seconds: { readonly load: number; readonly first: number };
    }
  | { readonly kind: "missing"; readonly reason: string };

export type WorkerRequest =
  | { readonly do: "settle"; readonly times: number }
  | { readonly do: "write"; readonly file: string; readonly samples: number };

/** A worker that does not start, dies or cannot do what it is asked. */
export class WorkerFault extends Error {}

export class ContenderProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #waiting: AsyncIterator<string>;
  /** The end of what it wrote to stderr. */
  #complaint = "";

  constructor({ program, args, environment = {} }: WorkerCommand) {
    this.#child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: "pipe" });
    this.#child.stderr.setEncoding("utf8");
    this.#child.stderr.on("data", (text: string) => (this.#complaint = (this.#complaint + text).slice(-2000)));
    // A program that is not there: the lines end, which is when it is said.
    this.#child.on("error", (fault) => (this.#complaint = fault.message));
    this.#child.stdin.on("error", () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#waiting = this.#lines[Symbol.asyncIterator]();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws {WorkerFault} */
  async greeting(): Promise<Greeting> {
    return (await this.#line()) as unknown as Greeting;
  }

  /** @throws {WorkerFault} */
  async ask(request: WorkerRequest): Promise<void> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#line();
    if (typeof answer["fault"] === "string") throw new WorkerFault(answer["fault"]);
  }

  stop(): void {
    this.#lines.close();
    this.#child.kill();
  }

  async #line(): Promise<Readonly<Record<string, unknown>>> {
    const { value, done } = await this.#waiting.next();
    if (done === true) throw new WorkerFault(lastLine(this.#complaint) || "it ended without a word");
    return JSON.parse(value) as Record<string, unknown>;
  }
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";
