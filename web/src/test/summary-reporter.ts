import type { Reporter, TestModule } from "vitest/node";

/** The last line that every runner of this repository prints. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const states = modules.flatMap((m) => [...m.children.allTests()].map((t) => t.result().state));
    const broken = modules.filter((m) => m.errors().length > 0).length + errors.length;
    const failed = states.filter((s) => s === "failed").length + broken;
    process.stdout.write(`${states.filter((s) => s === "passed").length} passed, ${failed} failed\n`);
  }
}
