import { loadable } from "@/lib/loadable";

export const EditTask = loadable(() => import("./edit-task").then((m) => m.EditTask));
