/** What a refused move asks for; fetched when a card is lifted or a stage is reached for. */
import { loadable } from "@/lib/loadable";

export const GateForm = loadable(() => import("./gate-form").then((m) => m.GateForm));
