import { pendingQuery, proposalsQuery } from "@/components/crm/proposal-query";

export const approvalsQuery = (decided: boolean) => (decided ? proposalsQuery({}) : pendingQuery());
