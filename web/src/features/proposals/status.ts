import type { ProposalStatus } from "@/api/types";

/** The tabs, what each is called, and what stands there while it is empty. */
export const TABS = ["pending", "approved", "rejected", "stale", "failed", "expired", "all"] as const;
export type Tab = (typeof TABS)[number];

export const readTab = (value: unknown): Tab => TABS.find((tab) => tab === value) ?? "pending";

export const statusOf = (tab: Tab): { status?: ProposalStatus } => (tab === "all" ? {} : { status: tab });

export const LABELS: Record<Tab, string> = {
  pending: "Waiting",
  approved: "Approved",
  rejected: "Rejected",
  stale: "Out of date",
  failed: "Failed",
  expired: "Expired",
  all: "All",
};

export const EMPTY: Record<Tab, [title: string, text: string]> = {
  pending: [
    "Nothing is proposed",
    "What the assistant wants to change waits here until you decide. Ask it for a change.",
  ],
  approved: ["Nothing was approved yet", "What was approved stays here, and can be undone."],
  rejected: ["Nothing was rejected", "What was rejected stays here with its reason."],
  stale: ["Nothing is out of date", "A proposal is, once its record has changed in what it touches."],
  failed: ["Nothing failed", "What was approved and could not be applied stands here, with what stopped it."],
  expired: ["Nothing expired", "What nobody decided on in time stands here."],
  all: ["Nothing was proposed yet", "What the assistant wants to change stands here. Ask it for a change."],
};
