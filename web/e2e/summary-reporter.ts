import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";

/** The last line that every runner of this repository prints. */
export default class Summary implements Reporter {
  private passed = 0;
  private readonly failed = new Set<string>();

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === "passed") {
      this.passed += 1;
      this.failed.delete(test.id);
    } else if (result.status !== "skipped") this.failed.add(test.id);
  }

  onEnd(): void {
    process.stdout.write(`${this.passed} passed, ${this.failed.size} failed\n`);
  }
}
