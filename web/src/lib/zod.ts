/** zod in its small form, and without `eval`, which the content security policy forbids. */
import * as z from "zod/mini";

z.config({ jitless: true });

export { z };
