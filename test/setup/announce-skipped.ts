/**
 * Says at the end of a run which tests were left out and why: what could not be tried here is not green in silence. Tests
 * give their reason to `skip`; those that were only not asked for (-t) have none.
 */
import type { Reporter, TestModule } from "vitest/node";

export default class AnnounceSkipped implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap(({ relativeModuleId, children }) =>
      [...children.allTests("skipped")].flatMap((test) => {
        const result = test.result();
        const why = result.state === "skipped" ? result.note : undefined;
        return why === undefined ? [] : [`  ${relativeModuleId}  ${test.fullName}\n    ${why}`];
      }),
    );
    if (lines.length > 0) process.stdout.write(`\nNot tried here:\n${lines.join("\n")}\n`);
  }
}
