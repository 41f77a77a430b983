// One side of a comparison: a process of its own that measures once each time it is asked.
import { fork } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * @param {string} script  in this folder; see `answer`
 * @param {readonly string[]} args
 */
export function inProcess(script, args) {
  const child = fork(path.join(here, script), args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return {
    /** @param {object} question */
    ask(question) {
      return new Promise((resolve, reject) => {
        child.once("exit", (code) => reject(new Error(`${script} ${args.join(" ")} ended with ${code}`)));
        child.once("message", (reply) => {
          child.removeAllListeners("exit");
          if (reply.fault === undefined) resolve(reply);
          else reject(new Error(reply.fault));
        });
        child.send(question);
      });
    },
    end() {
      child.removeAllListeners("exit");
      child.disconnect();
    },
  };
}

/**
 * In the child: answers questions until the parent lets go.
 * @param {(question: any) => Promise<object>} work
 */
export function answer(work) {
  process.on("message", async (question) => {
    try {
      process.send?.(await work(question));
    } catch (fault) {
      process.send?.({ fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) });
    }
  });
  process.on("disconnect", () => process.exit());
}
