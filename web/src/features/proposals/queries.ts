import { proposalsQuery } from "@/components/crm/proposal-query";

export const approvalsQuery = (decided: boolean) => proposalsQuery(decided ? {} : { status: "pending" });
