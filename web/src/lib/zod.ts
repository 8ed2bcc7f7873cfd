/** zod without `eval`, which the content security policy forbids. */
import { z } from "zod";

z.config({ jitless: true });

export { z };
