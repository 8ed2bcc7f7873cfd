import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const scoreModelQuery = () => queryOptions({ queryKey: ["score-model"], queryFn: () => get("/lead-scoring") });
